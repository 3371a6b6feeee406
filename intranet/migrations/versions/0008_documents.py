"""Documents, directives, drafts and dispatches."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema one step forward."""
    op.create_table(
        "document",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=120), nullable=True),
        sa.Column("direction", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("register_entry_id", sa.Integer(), nullable=True),
        sa.Column("register_date", sa.Date(), nullable=True),
        sa.Column("kind_id", sa.Integer(), nullable=True),
        sa.Column("number", sa.String(length=11), nullable=False),
        sa.Column("suffix", sa.String(length=3), nullable=False),
        sa.Column("symbol", sa.String(length=30), nullable=False),
        sa.Column("symbol_key", sa.String(length=80), nullable=False),
        sa.Column("doc_date", sa.Date(), nullable=True),
        sa.Column("place", sa.String(length=50), nullable=False),
        sa.Column("issuer_id", sa.Integer(), nullable=True),
        sa.Column("issuer_text", sa.String(length=200), nullable=False),
        sa.Column("subject", sa.String(length=500), nullable=False),
        sa.Column("subject_key", sa.Text(), nullable=False),
        sa.Column("signer_name", sa.String(length=50), nullable=False),
        sa.Column("signer_title", sa.String(length=100), nullable=False),
        sa.Column("signer_authority", sa.String(length=200), nullable=False),
        sa.Column("urgency", sa.Integer(), nullable=False),
        sa.Column("urgent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("circulation_mark", sa.String(length=40), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("page_count", sa.Integer(), nullable=True),
        sa.Column("copies", sa.Integer(), nullable=False),
        sa.Column("due_date", sa.Date(), nullable=True),
        sa.Column("due_source", sa.String(length=40), nullable=True),
        sa.Column("access_level", sa.String(length=40), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("origin_meta", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("main_sha256", sa.String(length=64), nullable=True),
        sa.Column("arrival_date", sa.Date(), nullable=True),
        sa.Column("arrival_channel", sa.String(length=40), nullable=True),
        sa.Column("paper_received", sa.Boolean(), nullable=False),
        sa.Column("envelope_note", sa.String(length=300), nullable=False),
        sa.Column("forwarded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("prefill", sa.JSON(), nullable=False),
        sa.Column("duplicate_of_id", sa.Integer(), nullable=True),
        sa.Column("not_duplicate_reason", sa.String(length=300), nullable=False),
        sa.Column("source_document_id", sa.Integer(), nullable=True),
        sa.Column("presented_to_id", sa.Integer(), nullable=True),
        sa.Column("presented_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lead_unit_id", sa.Integer(), nullable=True),
        sa.Column("recall_asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("drafter_id", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("signer_id", sa.Integer(), nullable=True),
        sa.Column("addressees", sa.JSON(), nullable=False),
        sa.Column("recipients", sa.JSON(), nullable=False),
        sa.Column("kept_by", sa.String(length=150), nullable=False),
        sa.Column("retained_copies", sa.Integer(), nullable=False),
        sa.Column("layout_report", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("unit_approved_by_id", sa.Integer(), nullable=True),
        sa.Column("signature", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("seal", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("request", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("org_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["created_by_id"], ["user.id"], name=op.f("fk_document_created_by_id_user")),
        sa.ForeignKeyConstraint(["drafter_id"], ["user.id"], name=op.f("fk_document_drafter_id_user")),
        sa.ForeignKeyConstraint(
            ["duplicate_of_id"], ["document.id"], name=op.f("fk_document_duplicate_of_id_document")
        ),
        sa.ForeignKeyConstraint(["issuer_id"], ["party.id"], name=op.f("fk_document_issuer_id_party")),
        sa.ForeignKeyConstraint(["kind_id"], ["doc_kind.id"], name=op.f("fk_document_kind_id_doc_kind")),
        sa.ForeignKeyConstraint(["lead_unit_id"], ["unit.id"], name=op.f("fk_document_lead_unit_id_unit")),
        sa.ForeignKeyConstraint(
            ["org_id"], ["organisation.id"], name=op.f("fk_document_org_id_organisation")
        ),
        sa.ForeignKeyConstraint(
            ["presented_to_id"], ["user.id"], name=op.f("fk_document_presented_to_id_user")
        ),
        sa.ForeignKeyConstraint(
            ["register_entry_id"],
            ["register_entry.id"],
            name=op.f("fk_document_register_entry_id_register_entry"),
        ),
        sa.ForeignKeyConstraint(["signer_id"], ["user.id"], name=op.f("fk_document_signer_id_user")),
        sa.ForeignKeyConstraint(
            ["source_document_id"], ["document.id"], name=op.f("fk_document_source_document_id_document")
        ),
        sa.ForeignKeyConstraint(
            ["unit_approved_by_id"], ["user.id"], name=op.f("fk_document_unit_approved_by_id_user")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_document_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
        sa.UniqueConstraint("register_entry_id", name=op.f("uq_document_register_entry_id")),
        sa.UniqueConstraint("uid", name=op.f("uq_document_uid")),
    )
    op.create_index(op.f("ix_document_created_by_id"), "document", ["created_by_id"], unique=False)
    op.create_index("ix_document_date", "document", ["doc_date", "id"], unique=False)
    op.create_index(op.f("ix_document_drafter_id"), "document", ["drafter_id"], unique=False)
    op.create_index(op.f("ix_document_duplicate_of_id"), "document", ["duplicate_of_id"], unique=False)
    op.create_index(op.f("ix_document_issuer_id"), "document", ["issuer_id"], unique=False)
    op.create_index(op.f("ix_document_kind_id"), "document", ["kind_id"], unique=False)
    op.create_index(op.f("ix_document_lead_unit_id"), "document", ["lead_unit_id"], unique=False)
    op.create_index(op.f("ix_document_main_sha256"), "document", ["main_sha256"], unique=False)
    op.create_index(op.f("ix_document_org_id"), "document", ["org_id"], unique=False)
    op.create_index(op.f("ix_document_presented_to_id"), "document", ["presented_to_id"], unique=False)
    op.create_index("ix_document_register", "document", ["direction", "register_date", "id"], unique=False)
    op.create_index(op.f("ix_document_signer_id"), "document", ["signer_id"], unique=False)
    op.create_index(op.f("ix_document_source_document_id"), "document", ["source_document_id"], unique=False)
    op.create_index("ix_document_state", "document", ["org_id", "direction", "state", "id"], unique=False)
    op.create_index("ix_document_symbol", "document", ["symbol_key", "id"], unique=False)
    op.create_index(
        op.f("ix_document_unit_approved_by_id"), "document", ["unit_approved_by_id"], unique=False
    )
    op.create_index(op.f("ix_document_unit_id"), "document", ["unit_id"], unique=False)
    op.create_table(
        "directive",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("acting_for_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("parsed", sa.JSON(), nullable=False),
        sa.Column("due_date", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("release_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("announced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("org_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["acting_for_id"], ["user.id"], name=op.f("fk_directive_acting_for_id_user")),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_directive_author_id_user")),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_directive_document_id_document")
        ),
        sa.ForeignKeyConstraint(
            ["org_id"], ["organisation.id"], name=op.f("fk_directive_org_id_organisation")
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["directive.id"], name=op.f("fk_directive_parent_id_directive")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directive")),
    )
    op.create_index(op.f("ix_directive_acting_for_id"), "directive", ["acting_for_id"], unique=False)
    op.create_index(op.f("ix_directive_announced_at"), "directive", ["announced_at"], unique=False)
    op.create_index(op.f("ix_directive_author_id"), "directive", ["author_id"], unique=False)
    op.create_index(op.f("ix_directive_document_id"), "directive", ["document_id"], unique=False)
    op.create_index(op.f("ix_directive_org_id"), "directive", ["org_id"], unique=False)
    op.create_index(op.f("ix_directive_parent_id"), "directive", ["parent_id"], unique=False)
    op.create_table(
        "dispatch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("receiver_name", sa.String(length=200), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("party_id", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("consignment_id", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("status_code", sa.String(length=2), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.String(length=200), nullable=True),
        sa.Column("received_document_id", sa.Integer(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("org_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_dispatch_document_id_document")
        ),
        sa.ForeignKeyConstraint(
            ["org_id"], ["organisation.id"], name=op.f("fk_dispatch_org_id_organisation")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_dispatch_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_dispatch_party_id_party")),
        sa.ForeignKeyConstraint(
            ["received_document_id"], ["document.id"], name=op.f("fk_dispatch_received_document_id_document")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_dispatch_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispatch")),
        sa.UniqueConstraint("consignment_id", name=op.f("uq_dispatch_consignment_id")),
    )
    op.create_index("ix_dispatch_document", "dispatch", ["document_id", "id"], unique=False)
    op.create_index(op.f("ix_dispatch_org_id"), "dispatch", ["org_id"], unique=False)
    op.create_index(op.f("ix_dispatch_organisation_id"), "dispatch", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_dispatch_party_id"), "dispatch", ["party_id"], unique=False)
    op.create_index(
        op.f("ix_dispatch_received_document_id"), "dispatch", ["received_document_id"], unique=False
    )
    op.create_index(op.f("ix_dispatch_unit_id"), "dispatch", ["unit_id"], unique=False)
    op.create_table(
        "document_access",
        sa.Column("principal", sa.String(length=24), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_document_access_document_id_document")
        ),
        sa.PrimaryKeyConstraint("principal", "document_id", name=op.f("pk_document_access")),
    )
    op.create_index(
        "ix_document_access_document", "document_access", ["document_id", "principal"], unique=False
    )
    op.create_table(
        "document_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("from_id", sa.Integer(), nullable=False),
        sa.Column("to_id", sa.Integer(), nullable=False),
        sa.Column("relation", sa.String(length=40), nullable=False),
        sa.Column("org_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["from_id"], ["document.id"], name=op.f("fk_document_link_from_id_document")),
        sa.ForeignKeyConstraint(
            ["org_id"], ["organisation.id"], name=op.f("fk_document_link_org_id_organisation")
        ),
        sa.ForeignKeyConstraint(["to_id"], ["document.id"], name=op.f("fk_document_link_to_id_document")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_link")),
        sa.UniqueConstraint(
            "from_id", "to_id", "relation", name=op.f("uq_document_link_from_id_to_id_relation")
        ),
    )
    op.create_index(op.f("ix_document_link_org_id"), "document_link", ["org_id"], unique=False)
    op.create_index(op.f("ix_document_link_to_id"), "document_link", ["to_id"], unique=False)
    op.create_table(
        "draft_opinion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(length=20), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("acting_for_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.String(length=1000), nullable=False),
        sa.Column("org_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["acting_for_id"], ["user.id"], name=op.f("fk_draft_opinion_acting_for_id_user")
        ),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_draft_opinion_author_id_user")),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_draft_opinion_document_id_document")
        ),
        sa.ForeignKeyConstraint(
            ["org_id"], ["organisation.id"], name=op.f("fk_draft_opinion_org_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft_opinion")),
    )
    op.create_index(op.f("ix_draft_opinion_acting_for_id"), "draft_opinion", ["acting_for_id"], unique=False)
    op.create_index(op.f("ix_draft_opinion_author_id"), "draft_opinion", ["author_id"], unique=False)
    op.create_index(op.f("ix_draft_opinion_document_id"), "draft_opinion", ["document_id"], unique=False)
    op.create_index(op.f("ix_draft_opinion_org_id"), "draft_opinion", ["org_id"], unique=False)
    op.create_table(
        "draft_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("org_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_draft_version_author_id_user")),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_draft_version_document_id_document")
        ),
        sa.ForeignKeyConstraint(["file_id"], ["file.id"], name=op.f("fk_draft_version_file_id_file")),
        sa.ForeignKeyConstraint(
            ["org_id"], ["organisation.id"], name=op.f("fk_draft_version_org_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft_version")),
        sa.UniqueConstraint("document_id", "seq", name=op.f("uq_draft_version_document_id_seq")),
    )
    op.create_index(op.f("ix_draft_version_author_id"), "draft_version", ["author_id"], unique=False)
    op.create_index(op.f("ix_draft_version_file_id"), "draft_version", ["file_id"], unique=False)
    op.create_index(op.f("ix_draft_version_org_id"), "draft_version", ["org_id"], unique=False)
    op.create_table(
        "intake_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("staged_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=250), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("problem", sa.String(length=60), nullable=True),
        sa.Column("document_id", sa.Integer(), nullable=True),
        sa.Column("org_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], name=op.f("fk_intake_file_by_id_user")),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_intake_file_document_id_document")
        ),
        sa.ForeignKeyConstraint(
            ["org_id"], ["organisation.id"], name=op.f("fk_intake_file_org_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intake_file")),
        sa.UniqueConstraint("staged_id", name=op.f("uq_intake_file_staged_id")),
    )
    op.create_index(op.f("ix_intake_file_by_id"), "intake_file", ["by_id"], unique=False)
    op.create_index("ix_intake_file_desk", "intake_file", ["org_id", "state", "id"], unique=False)
    op.create_index(op.f("ix_intake_file_document_id"), "intake_file", ["document_id"], unique=False)
    op.create_index(op.f("ix_intake_file_org_id"), "intake_file", ["org_id"], unique=False)
