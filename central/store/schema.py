"""The tables; the same on SQLite and PostgreSQL. Times are whole milliseconds since 1970 (UTC)."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, MetaData, String, Table, Text, UniqueConstraint

VERSION = 2
TABLES = MetaData()

# SQLite only numbers rows by itself when the key is called INTEGER.
RowId = BigInteger().with_variant(Integer, "sqlite")

meta = Table("meta", TABLES, Column("key", String(32), primary_key=True), Column("value", Integer, nullable=False))

machines = Table(
    "machines",
    TABLES,
    Column("machine", String(48), primary_key=True),
    Column("counter", BigInteger, nullable=False, default=0),
    Column("online", Boolean, nullable=False, default=False),
    Column("connection", String(64), nullable=False, default=""),
    Column("boot", String(64), nullable=False, default=""),
    Column("nonce", String(128), nullable=False, default=""),
    Column("epoch", String(64), nullable=False, default=""),
    Column("number", BigInteger, nullable=False, default=0),
    Column("since_ms", BigInteger, nullable=False, default=0),
    Column("heard_ms", BigInteger, nullable=False, default=0),
    Column("passed", Text, nullable=False, default="[]"),
    Column("report", LargeBinary),
    Column("report_ms", BigInteger, nullable=False, default=0),
    # When the machine went silent, was started, was out of service: what an outage is measured by.
    Column("down_ms", BigInteger, nullable=False, default=0),
    Column("boot_ms", BigInteger, nullable=False, default=0),
    Column("out_from_ms", BigInteger, nullable=False, default=0),
    Column("oos_ms", BigInteger, nullable=False, default=0),
    Column("oos_forced", Boolean, nullable=False, default=False),
    Column("audit_ms", BigInteger, nullable=False, default=0),
    Column("audit_same", Integer, nullable=False, default=0),
    Column("audit_diff", Integer, nullable=False, default=0),
)

cursors = Table(
    "cursors",
    TABLES,
    Column("machine", String(48), primary_key=True),
    Column("epoch", String(64), primary_key=True),
    Column("upto", BigInteger, nullable=False),
    Column("head", LargeBinary, nullable=False),
    Column("seen", BigInteger, nullable=False),
)

facts = Table(
    "facts",
    TABLES,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("machine", String(48), nullable=False),
    Column("epoch", String(64), nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("kind", String(64), nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("head", LargeBinary, nullable=False),
    Column("received_ms", BigInteger, nullable=False),
    UniqueConstraint("machine", "epoch", "seq", name="one_fact_a_place"),
)

deposit_facts = Table(
    "deposit_facts",
    TABLES,
    Column("machine", String(48), primary_key=True),
    Column("epoch", String(64), primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("deposit", String(64), nullable=False, index=True),
    Index("deposit_facts_seq", "machine", "seq"),
)

quarantine = Table(
    "quarantine",
    TABLES,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("machine", String(48), nullable=False),
    Column("epoch", String(64), nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("head", LargeBinary, nullable=False),
    Column("received_ms", BigInteger, nullable=False),
    UniqueConstraint("machine", "epoch", "seq", "head", name="quarantined_once"),
)

faults = Table(
    "faults",
    TABLES,
    Column("machine", String(48), primary_key=True),
    Column("fault", String(64), primary_key=True),
    Column("where", String(64), primary_key=True),
    Column("since_ms", BigInteger, nullable=False),
)

orders = Table(
    "orders",
    TABLES,
    Column("id", String(64), primary_key=True),
    Column("machine", String(48), nullable=False),
    Column("verb", String(32), nullable=False),
    Column("deposit", String(64), nullable=False),
    Column("ask", LargeBinary, nullable=False),
    Column("actor", String(64), nullable=False),
    Column("reason", String(200), nullable=False),
    Column("counter", BigInteger, nullable=False, default=0),
    Column("nonce", String(128), nullable=False, default=""),
    Column("created_ms", BigInteger, nullable=False),
    Column("not_before_ms", BigInteger, nullable=False),
    Column("expires_ms", BigInteger, nullable=False),
    Column("state", String(16), nullable=False),
    Column("code", String(64), nullable=False, default=""),
    Column("proved", Boolean, nullable=False, default=False),
    Column("open", Boolean, nullable=False, default=True),
    Column("group_id", String(64), nullable=False, default=""),
    Index("orders_open", "open", "created_ms"),
    Index("orders_deposit", "deposit"),
)

order_steps = Table(
    "order_steps",
    TABLES,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("order_id", String(64), nullable=False, index=True),
    Column("state", String(16), nullable=False),
    Column("code", String(64), nullable=False),
    Column("by", String(64), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
)

deposits = Table(
    "deposits",
    TABLES,
    Column("key", String(64), primary_key=True),
    Column("machine", String(48), nullable=False),
    Column("case_no", String(32), nullable=False),
    Column("phone", LargeBinary, nullable=False),
    Column("phone_mask", String(24), nullable=False),
    Column("language", String(2), nullable=False),
    Column("low", Boolean, nullable=False),
    Column("actor", String(64), nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("changed_ms", BigInteger, nullable=False),
    Column("state", String(16), nullable=False),
    Column("reason", String(64), nullable=False, default=""),
    Column("compartment", Integer, nullable=False, default=0),
    Column("pin", LargeBinary),
    Column("mark", String(64), nullable=False, default=""),
    Column("until_ms", BigInteger, nullable=False, default=0),
    Column("set_order", String(64), nullable=False, default="", index=True),
    Column("load_order", String(64), nullable=False, default="", index=True),
    Column("refusals", Integer, nullable=False, default=0),
    Column("reported", String(16), nullable=False, default=""),
    Column("stored_ms", BigInteger, nullable=False, default=0),
    Column("ended_ms", BigInteger, nullable=False, default=0),
    Column("kind", String(32), nullable=False, default=""),
    Column("slip", Boolean, nullable=False, default=False),
    Column("printed_ms", BigInteger, nullable=False, default=0),
    Column("pin_ms", BigInteger, nullable=False, default=0),
    Column("want_until_ms", BigInteger, nullable=False, default=0),
    Column("purpose", String(16), nullable=False, default=""),
    Column("erased_ms", BigInteger, nullable=False, default=0),
)

pin_marks = Table(
    "pin_marks",
    TABLES,
    Column("machine", String(48), primary_key=True),
    Column("mark", String(64), primary_key=True),
    Column("deposit", String(64), primary_key=True),
    Column("ended_ms", BigInteger),
)

sms = Table(
    "sms",
    TABLES,
    Column("idx", String(80), primary_key=True),
    Column("deposit", String(64), nullable=False, index=True),
    Column("purpose", String(16), nullable=False),
    Column("state", String(16), nullable=False, index=True),
    Column("tries", Integer, nullable=False, default=0),
    Column("created_ms", BigInteger, nullable=False),
    Column("answered_ms", BigInteger, nullable=False, default=0),
    Column("until_ms", BigInteger, nullable=False, default=0),
    Column("code", String(64), nullable=False, default=""),
    Column("provider_id", String(64), nullable=False, default=""),
    Column("delivery", String(32), nullable=False, default=""),
    Column("delivery_ms", BigInteger, nullable=False, default=0),
    Column("due_ms", BigInteger, nullable=False, default=0),
    Column("first_ms", BigInteger, nullable=False, default=0),
)

sales = Table(
    "sales",
    TABLES,
    Column("attempt", String(64), primary_key=True),
    Column("machine", String(48), nullable=False, index=True),
    Column("zone", String(32), nullable=False, default=""),
    Column("method", String(8), nullable=False, default=""),
    Column("amount", BigInteger, nullable=False, default=0),
    Column("state", String(16), nullable=False, index=True),
    Column("reason", String(32), nullable=False, default=""),
    Column("made_ms", BigInteger, nullable=False),
    Column("ended_ms", BigInteger, nullable=False, default=0, index=True),
    Column("trace", String(16), nullable=False, default=""),
    Column("receipt", String(16), nullable=False, default=""),
)

attempts = Table(
    "attempts",
    TABLES,
    Column("attempt", String(64), primary_key=True),
    Column("machine", String(48), nullable=False, index=True),
    Column("amount", BigInteger, nullable=False),
    Column("state", String(16), nullable=False, index=True),
    Column("reason", String(32), nullable=False, default=""),
    Column("order_no", BigInteger, nullable=False, default=0),
    Column("taken", BigInteger, nullable=False, default=0),
    Column("created_ms", BigInteger, nullable=False),
    Column("charged_ms", BigInteger, nullable=False, default=0),
    Column("changed_ms", BigInteger, nullable=False),
)

compartments = Table(
    "compartments",
    TABLES,
    Column("machine", String(48), primary_key=True),
    Column("compartment", Integer, primary_key=True),
    Column("reason", String(32), nullable=False),
    Column("since_ms", BigInteger, nullable=False),
    Column("found", String(32), nullable=False, default=""),
    Column("expected", String(32), nullable=False, default=""),
)

acts = Table(
    "acts",
    TABLES,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("at_ms", BigInteger, nullable=False),
    Column("actor", String(64), nullable=False),
    Column("act", String(32), nullable=False),
    Column("machine", String(48), nullable=False),
    Column("deposit", String(64), nullable=False, index=True),
    Column("detail", String(64), nullable=False, default=""),
)

dead_letters = Table(
    "dead_letters",
    TABLES,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("machine", String(48), nullable=False),
    Column("what", String(32), nullable=False),
    Column("reason", String(240), nullable=False),
    Column("digest", LargeBinary, nullable=False, unique=True),
    Column("payload", LargeBinary, nullable=False),
    Column("first_ms", BigInteger, nullable=False),
    Column("last_ms", BigInteger, nullable=False),
    Column("count", Integer, nullable=False),
)

security_events = Table(
    "security_events",
    TABLES,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("machine", String(48), nullable=False),
    Column("name", String(48), nullable=False),
    Column("detail", String(200), nullable=False),
    Column("first_ms", BigInteger, nullable=False),
    Column("last_ms", BigInteger, nullable=False),
    Column("count", Integer, nullable=False),
    UniqueConstraint("machine", "name", "detail", name="one_row_an_event"),
)

counts = Table(
    "counts",
    TABLES,
    Column("machine", String(48), primary_key=True),
    Column("name", String(48), primary_key=True),
    Column("n", BigInteger, nullable=False),
)
