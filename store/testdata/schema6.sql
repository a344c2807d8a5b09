-- A database of the sixth schema. Never edit this file: it stands for those that people have.

CREATE TABLE meta (
	key   TEXT PRIMARY KEY,
	value BLOB NOT NULL
);

CREATE TABLE account (
	name        TEXT PRIMARY KEY,
	connected   INTEGER NOT NULL DEFAULT 0,
	last_sync   INTEGER NOT NULL DEFAULT 0,
	round_trips INTEGER NOT NULL DEFAULT 0,
	bytes_in    INTEGER NOT NULL DEFAULT 0,
	problem     TEXT    NOT NULL DEFAULT ''
);

-- One row per watched mailbox. The messages with low <= UID <= high have been
-- read; high is 0 before the first range.
CREATE TABLE mailbox (
	id           INTEGER PRIMARY KEY,
	account      TEXT    NOT NULL,
	name         TEXT    NOT NULL,
	uid_validity INTEGER NOT NULL DEFAULT 0,
	low          INTEGER NOT NULL DEFAULT 0,
	high         INTEGER NOT NULL DEFAULT 0,
	messages     INTEGER NOT NULL DEFAULT 0,
	touches      INTEGER NOT NULL DEFAULT 0,
	last_sync    INTEGER NOT NULL DEFAULT 0,
	UNIQUE (account, name)
);

CREATE TABLE left_out (
	mailbox_id INTEGER NOT NULL REFERENCES mailbox ON DELETE CASCADE,
	reason     TEXT    NOT NULL,
	count      INTEGER NOT NULL,
	PRIMARY KEY (mailbox_id, reason)
) WITHOUT ROWID;

-- Messages that could not be read, so that one of them never stops the watch.
CREATE TABLE unreadable (
	mailbox_id INTEGER NOT NULL REFERENCES mailbox ON DELETE CASCADE,
	uid        INTEGER NOT NULL,
	reason     TEXT    NOT NULL,
	PRIMARY KEY (mailbox_id, uid)
) WITHOUT ROWID;

-- Everyone the owner writes with, one row per mailbox and address.
CREATE TABLE correspondent (
	mailbox_id  INTEGER NOT NULL REFERENCES mailbox ON DELETE CASCADE,
	key         TEXT    NOT NULL,
	addr        TEXT    NOT NULL,
	name        TEXT    NOT NULL,
	name_at     INTEGER NOT NULL DEFAULT 0, -- of the message in that gave the name
	in_count    INTEGER NOT NULL DEFAULT 0,
	in_at       INTEGER NOT NULL DEFAULT 0,
	in_subject  TEXT    NOT NULL DEFAULT '',
	in_id       TEXT    NOT NULL DEFAULT '',
	in_alone    INTEGER NOT NULL DEFAULT 0,
	out_count   INTEGER NOT NULL DEFAULT 0,
	out_at      INTEGER NOT NULL DEFAULT 0,
	out_subject TEXT    NOT NULL DEFAULT '',
	out_id      TEXT    NOT NULL DEFAULT '',
	out_alone   INTEGER NOT NULL DEFAULT 0,
	PRIMARY KEY (mailbox_id, key)
) WITHOUT ROWID;

CREATE TABLE contact (
	id            TEXT PRIMARY KEY,
	name          TEXT    NOT NULL,
	medium        TEXT    NOT NULL,
	every         TEXT    NOT NULL DEFAULT '0',
	greeting      TEXT    NOT NULL DEFAULT '',
	introduced_by TEXT             REFERENCES contact ON DELETE SET NULL,
	status        TEXT    NOT NULL,
	paused_until  INTEGER NOT NULL DEFAULT 0,
	added         INTEGER NOT NULL
);

CREATE TABLE address (
	key        TEXT PRIMARY KEY,
	contact_id TEXT    NOT NULL REFERENCES contact ON DELETE CASCADE,
	addr       TEXT    NOT NULL,
	position   INTEGER NOT NULL
);
CREATE INDEX address_contact ON address (contact_id);

CREATE TABLE contact_group (
	contact_id TEXT    NOT NULL REFERENCES contact ON DELETE CASCADE,
	name       TEXT    NOT NULL,
	position   INTEGER NOT NULL,
	PRIMARY KEY (contact_id, name)
) WITHOUT ROWID;

CREATE TABLE touch (
	id         TEXT PRIMARY KEY,
	contact_id TEXT    NOT NULL REFERENCES contact ON DELETE CASCADE,
	key        TEXT    NOT NULL,
	at         INTEGER NOT NULL,
	direction  TEXT    NOT NULL,
	medium     TEXT    NOT NULL,
	subject    TEXT    NOT NULL,
	message_id TEXT    NOT NULL,
	refs       TEXT    NOT NULL, -- separated by spaces
	address    TEXT    NOT NULL,
	alone      INTEGER NOT NULL,
	verified   INTEGER NOT NULL,
	account    TEXT    NOT NULL,
	mailbox    TEXT    NOT NULL,
	rule       TEXT    NOT NULL,
	UNIQUE (contact_id, key)
);
CREATE INDEX touch_newest ON touch (contact_id, at DESC, direction DESC);

-- Messages of contacts that were left out, for explain.
CREATE TABLE passed_over (
	contact_id TEXT    NOT NULL REFERENCES contact ON DELETE CASCADE,
	key        TEXT    NOT NULL,
	at         INTEGER NOT NULL,
	subject    TEXT    NOT NULL,
	reason     TEXT    NOT NULL,
	mailbox    TEXT    NOT NULL,
	PRIMARY KEY (contact_id, key, reason)
) WITHOUT ROWID;

CREATE TABLE occasion (
	id         TEXT PRIMARY KEY,
	kind       TEXT    NOT NULL,
	at         INTEGER NOT NULL,
	title      TEXT    NOT NULL,
	next       TEXT    NOT NULL,
	next_due   INTEGER NOT NULL,
	logged     INTEGER NOT NULL,
	took_place INTEGER NOT NULL
);

CREATE TABLE participant (
	id          TEXT PRIMARY KEY,
	occasion_id TEXT    NOT NULL REFERENCES occasion ON DELETE CASCADE,
	contact_id  TEXT    NOT NULL REFERENCES contact ON DELETE CASCADE,
	useful      TEXT    NOT NULL,
	position    INTEGER NOT NULL,
	UNIQUE (occasion_id, contact_id)
);

-- A letter outlives its contact and its occasion: its key never comes back.
CREATE TABLE letter (
	key                  TEXT PRIMARY KEY,
	practice             TEXT    NOT NULL,
	contact_id           TEXT    NOT NULL,
	occasion_id          TEXT    NOT NULL,
	participant_id       TEXT    NOT NULL,
	state                TEXT    NOT NULL,
	reason               TEXT    NOT NULL,
	due                  INTEGER NOT NULL,
	overdue              INTEGER NOT NULL,
	subject              TEXT    NOT NULL,
	message_id           TEXT    NOT NULL,
	raw                  BLOB,
	account              TEXT    NOT NULL,
	mailbox              TEXT    NOT NULL DEFAULT '',
	uid_validity         INTEGER NOT NULL DEFAULT 0,
	uid                  INTEGER NOT NULL DEFAULT 0,
	attempt_at           INTEGER NOT NULL DEFAULT 0,
	attempt_mailbox      TEXT    NOT NULL DEFAULT '',
	attempt_uid_validity INTEGER NOT NULL DEFAULT 0,
	attempt_uid_next     INTEGER NOT NULL DEFAULT 0,
	take_back            INTEGER NOT NULL DEFAULT 0,
	created              INTEGER NOT NULL
);
CREATE INDEX letter_message ON letter (message_id) WHERE message_id <> '';

-- What is to be looked for in mail that was read before its people were
-- contacts: in the messages with low <= UID <= high, by address.
CREATE TABLE lookup (
	mailbox_id INTEGER NOT NULL REFERENCES mailbox ON DELETE CASCADE,
	key        TEXT    NOT NULL REFERENCES address ON DELETE CASCADE,
	low        INTEGER NOT NULL,
	high       INTEGER NOT NULL,
	book       INTEGER NOT NULL, -- the version of the address book that made it
	PRIMARY KEY (mailbox_id, key)
) WITHOUT ROWID;
CREATE INDEX lookup_key ON lookup (key);

-- Contacts of the first schema know the last mail of each address alone.
INSERT INTO lookup (mailbox_id, key, low, high, book)
	SELECT m.id, a.key, max(m.low, 1), m.high, 0 FROM mailbox m, address a WHERE m.high > 0;

-- Addresses of people who are not to be known: a keyed hash is all that is left.
CREATE TABLE forgotten (
	hash  BLOB    PRIMARY KEY,
	never INTEGER NOT NULL -- nor to come back by import
) WITHOUT ROWID;

-- The commands that can be taken back, and the statements that do so, to be
-- run from the last to the first.
CREATE TABLE command (
	id    INTEGER PRIMARY KEY AUTOINCREMENT,
	at    INTEGER NOT NULL,
	words TEXT    NOT NULL,
	final TEXT    NOT NULL DEFAULT '' -- why it cannot be taken back
);
CREATE TABLE undo (
	seq        INTEGER PRIMARY KEY,
	command_id INTEGER NOT NULL REFERENCES command ON DELETE CASCADE,
	tbl        TEXT    NOT NULL,
	sql        TEXT    NOT NULL
);
CREATE INDEX undo_command ON undo (command_id);

-- Files that hold a copy of this database: whoever is forgotten is forgotten there, too.
CREATE TABLE backup (
	path TEXT PRIMARY KEY,
	at   INTEGER NOT NULL
) WITHOUT ROWID;

-- Why a mailbox cannot be read now.
ALTER TABLE mailbox ADD COLUMN problem TEXT NOT NULL DEFAULT '';

-- When a letter got the words that it has; created is when it was first due.
ALTER TABLE letter ADD COLUMN written INTEGER NOT NULL DEFAULT 0;

-- At most one row: nothing is drafted or sent meanwhile.
CREATE TABLE hold (
	id     INTEGER PRIMARY KEY CHECK (id = 1),
	reason TEXT    NOT NULL,
	since  INTEGER NOT NULL,
	until  INTEGER NOT NULL
);

INSERT INTO meta VALUES ('secret', x'000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f'), ('book', 12);
INSERT INTO account VALUES ('work', 1, 1795176000, 41, 123456, ''), ('home', 0, 1795172400, 7, 890, 'login refused');
INSERT INTO mailbox VALUES
	(1, 'work', 'INBOX', 7, 1, 4294967295, 40, 2, 1795176000, ''),
	(2, 'work', 'Sent', 8, 1, 9, 9, 1, 1795176000, ''),
	(3, 'home', 'Post, "privé"', 0, 0, 0, 0, 0, 0, 'it cannot be selected');
INSERT INTO left_out VALUES (1, 'auto-reply', 3), (1, 'list', 20);
INSERT INTO unreadable VALUES (1, 17, 'no header');
INSERT INTO correspondent VALUES
	(1, 'eve@x.example', 'eve@x.example', 'Eve Doe', 1795172400, 5, 1795172400, 'Grüße', 'e5@x.example', 1, 0, 0, '', '', 0),
	(2, 'eve@x.example', 'eve@x.example', 'eve', 0, 0, 0, '', '', 0, 4, 1795086000, 'Hi', 'o4@example.org', 0);
INSERT INTO contact VALUES
	('m2x8abcd', 'María López', 'email', '2mo', 'Dear Prof. López', 't81kabcd', 'active', 0, 1790000000),
	('t81kabcd', 'Tom', 'card', '0', '', NULL, 'paused', 1800000000, 1790000001);
INSERT INTO address VALUES ('maria@x.example', 'm2x8abcd', 'Maria+x@x.example', 0), ('m@y.example', 'm2x8abcd', 'm@y.example', 1);
INSERT INTO contact_group VALUES ('m2x8abcd', 'mentor', 0), ('m2x8abcd', 'alumni', 1);
INSERT INTO touch VALUES
	('t1', 'm2x8abcd', 'a@x.example', 1795176000, 'in', 'email', 'Café', 'a@x.example', '1@x.example 2@x.example', 'maria@x.example', 1, 1, 'work', 'INBOX', 'from the contact''s address maria@x.example'),
	('t2', 'm2x8abcd', 'occasion:k3v9qdab', 1795089600, 'out', 'meeting', 'informational', '', '', '', 0, 0, '', '', 'occasion k3v9qdab (informational) was logged');
INSERT INTO passed_over VALUES ('m2x8abcd', 'n@x.example', 1795000000, 'News', 'list', 'INBOX');
INSERT INTO occasion VALUES ('k3v9qdab', 'informational', 1795089600, 'Coffee', 'send the paper', 1795694400, 1795090000, 1);
INSERT INTO participant VALUES ('p1', 'k3v9qdab', 'm2x8abcd', 'your advice', 0);
INSERT INTO letter VALUES
	('thank-you/k3v9qdab/m2x8abcd', 'thank-you', 'm2x8abcd', 'k3v9qdab', 'p1', 'drafted', 'informational with María López', 1795176000, 1795262400,
	 'Thank you', 'abc@example.org', x'7261770d0a', 'work', 'Drafts', 7, 42, 0, 'Drafts', 7, 42, 1, 1795090000, 1795090002),
	('thank-you/gone0000/m2x8abcd', 'thank-you', 'm2x8abcd', 'gone0000', 'p0', 'queued', 'x', 1795176001, 0,
	 'Thank you', 'abd@example.org', x'', 'work', '', 0, 0, 1795176002, 'Drafts', 7, 43, 0, 1795090001, 1795090003);
INSERT INTO lookup VALUES (1, 'maria@x.example', 1, 40, 12);
INSERT INTO forgotten VALUES (x'0102', 1);
INSERT INTO command VALUES (4, 1795176000, 'contact add Tom', '');
INSERT INTO undo VALUES (9, 4, 'contact', 'DELETE FROM contact WHERE id IS ''t81kabcd''');
INSERT INTO backup VALUES ('/backup/regards.db', 1795176000);
INSERT INTO hold VALUES (1, 'paused', 1795176000, 1795262400);

ALTER TABLE contact ADD COLUMN language   TEXT    NOT NULL DEFAULT '';
ALTER TABLE contact ADD COLUMN register   TEXT    NOT NULL DEFAULT '';
ALTER TABLE contact ADD COLUMN time_zone  TEXT    NOT NULL DEFAULT '';
ALTER TABLE contact ADD COLUMN away_since INTEGER NOT NULL DEFAULT 0;
ALTER TABLE contact ADD COLUMN away_until INTEGER NOT NULL DEFAULT 0;
ALTER TABLE contact ADD COLUMN answered   INTEGER NOT NULL DEFAULT 0; -- what came until then waits for no answer

-- A milestone is an occasion, too: what it tells, and to whom.
ALTER TABLE occasion ADD COLUMN news TEXT NOT NULL DEFAULT '';

-- How far the matter of an occasion has come.
CREATE TABLE step (
	occasion_id TEXT    NOT NULL REFERENCES occasion ON DELETE CASCADE,
	word        TEXT    NOT NULL,
	at          INTEGER NOT NULL,
	position    INTEGER NOT NULL,
	PRIMARY KEY (occasion_id, word)
) WITHOUT ROWID;

-- When it was last looked what has become of letters.
ALTER TABLE account ADD COLUMN looked INTEGER NOT NULL DEFAULT 0;

-- What only the owner can mend.
CREATE TABLE trouble (
	about TEXT PRIMARY KEY,
	text  TEXT    NOT NULL,
	since INTEGER NOT NULL
) WITHOUT ROWID;
-- What the touches of a contact come to, so that plans need not read all of
-- them. Without an id it has to be made anew. It is kept by triggers, so that
-- nothing that changes touches can forget it.
DROP INDEX touch_newest;
CREATE INDEX touch_newest ON touch (contact_id, at DESC, direction DESC, id, medium, alone);
CREATE TABLE past (
	contact_id   TEXT PRIMARY KEY REFERENCES contact ON DELETE CASCADE,
	id           TEXT, -- of the last touch, as what follows
	key          TEXT,
	at           INTEGER,
	direction    TEXT,
	medium       TEXT,
	subject      TEXT,
	alone        INTEGER,
	opened       INTEGER,
	out_at       INTEGER,
	own_at       INTEGER,
	own_subject  TEXT,
	sign         INTEGER,
	first_in     INTEGER,
	first_out    INTEGER,
	first_spoken INTEGER
) WITHOUT ROWID;
CREATE INDEX past_stale ON past (contact_id) WHERE id IS NULL;
CREATE TRIGGER past_emptied AFTER UPDATE ON past WHEN NEW.id IS NULL AND OLD.id IS NOT NULL BEGIN
	UPDATE past SET key = NULL, at = NULL, direction = NULL, medium = NULL, subject = NULL,
		alone = NULL, opened = NULL, out_at = NULL, own_at = NULL, own_subject = NULL, sign = NULL, first_in = NULL, first_out = NULL, first_spoken = NULL
		WHERE contact_id = NEW.contact_id;
END;
CREATE TRIGGER touch_added AFTER INSERT ON touch
	WHEN NOT EXISTS (SELECT 1 FROM past WHERE contact_id = NEW.contact_id AND id IS NULL) BEGIN
	UPDATE past SET id = NULL WHERE contact_id = NEW.contact_id AND id IS NOT NULL;
	INSERT INTO past (contact_id) SELECT NEW.contact_id WHERE NOT EXISTS (SELECT 1 FROM past WHERE contact_id = NEW.contact_id);
END;
CREATE TRIGGER touch_removed AFTER DELETE ON touch BEGIN
	UPDATE past SET id = NULL WHERE contact_id = OLD.contact_id AND id IS NOT NULL;
END;
CREATE TRIGGER touch_changed AFTER UPDATE ON touch BEGIN
	UPDATE past SET id = NULL WHERE contact_id IN (OLD.contact_id, NEW.contact_id) AND id IS NOT NULL;
	INSERT INTO past (contact_id) SELECT NEW.contact_id WHERE NOT EXISTS (SELECT 1 FROM past WHERE contact_id = NEW.contact_id);
END;
INSERT INTO past (contact_id) SELECT DISTINCT contact_id FROM touch;

-- In the order in which they are read with their contacts.
DROP INDEX address_contact;
CREATE INDEX address_contact ON address (contact_id, position, addr, key);
CREATE INDEX contact_group_contact ON contact_group (contact_id, position);

-- What goes to the owner by itself, such as digests.
CREATE TABLE notice (
	key                  TEXT PRIMARY KEY,
	account              TEXT    NOT NULL,
	mailed               INTEGER NOT NULL,
	recipient            TEXT    NOT NULL,
	message_id           TEXT    NOT NULL,
	raw                  BLOB,
	made                 INTEGER NOT NULL,
	attempt_at           INTEGER NOT NULL DEFAULT 0,
	attempt_uid_validity INTEGER NOT NULL DEFAULT 0,
	attempt_uid_next     INTEGER NOT NULL DEFAULT 0,
	sending              INTEGER NOT NULL DEFAULT 0,
	state                TEXT    NOT NULL,
	reason               TEXT    NOT NULL DEFAULT ''
);
-- When each line of [schedule] fired last.
CREATE TABLE firing (
	line TEXT PRIMARY KEY,
	at   INTEGER NOT NULL
) WITHOUT ROWID;

ALTER TABLE letter ADD COLUMN delivery TEXT    NOT NULL DEFAULT 'draft';
ALTER TABLE letter ADD COLUMN snooze   INTEGER NOT NULL DEFAULT 0;
ALTER TABLE letter ADD COLUMN missing  INTEGER NOT NULL DEFAULT 0;
ALTER TABLE letter ADD COLUMN approved INTEGER NOT NULL DEFAULT 0;
ALTER TABLE letter ADD COLUMN sending  INTEGER NOT NULL DEFAULT 0;
ALTER TABLE letter ADD COLUMN sent     INTEGER NOT NULL DEFAULT 0;
ALTER TABLE letter ADD COLUMN answered INTEGER NOT NULL DEFAULT 0;
ALTER TABLE letter ADD COLUMN ended    INTEGER NOT NULL DEFAULT 0;
ALTER TABLE letter ADD COLUMN restored INTEGER NOT NULL DEFAULT 0;
ALTER TABLE letter ADD COLUMN revived  INTEGER NOT NULL DEFAULT 0;

ALTER TABLE letter ADD COLUMN draft_id    TEXT NOT NULL DEFAULT ''; -- the Message-ID that the owner's mail program gave it
ALTER TABLE letter ADD COLUMN in_reply_to TEXT NOT NULL DEFAULT '';
ALTER TABLE letter ADD COLUMN asks        TEXT NOT NULL DEFAULT '';
CREATE INDEX letter_draft ON letter (draft_id) WHERE draft_id <> '';

-- Which mail was a letter is part of what touches come to.
CREATE TRIGGER letter_added AFTER INSERT ON letter
	WHEN EXISTS (SELECT 1 FROM touch WHERE contact_id = NEW.contact_id AND key IN (NEW.message_id, NEW.draft_id)) BEGIN
	UPDATE past SET id = NULL WHERE contact_id = NEW.contact_id AND id IS NOT NULL;
END;
CREATE TRIGGER letter_removed AFTER DELETE ON letter
	WHEN EXISTS (SELECT 1 FROM touch WHERE contact_id = OLD.contact_id AND key IN (OLD.message_id, OLD.draft_id)) BEGIN
	UPDATE past SET id = NULL WHERE contact_id = OLD.contact_id AND id IS NOT NULL;
END;
CREATE TRIGGER letter_renamed AFTER UPDATE OF contact_id, message_id, draft_id ON letter
	WHEN NEW.contact_id <> OLD.contact_id OR NEW.message_id <> OLD.message_id OR NEW.draft_id <> OLD.draft_id BEGIN
	UPDATE past SET id = NULL WHERE contact_id IN (OLD.contact_id, NEW.contact_id) AND id IS NOT NULL AND EXISTS (SELECT 1 FROM touch
		WHERE touch.contact_id = past.contact_id AND touch.key IN (OLD.message_id, OLD.draft_id, NEW.message_id, NEW.draft_id));
END;

UPDATE contact SET language = 'es', register = 'formal', time_zone = 'Europe/Madrid', away_since = 1795000000, away_until = 1795100000, answered = 1795176000
	WHERE id = 'm2x8abcd';
INSERT INTO step VALUES ('k3v9qdab', 'done', 1795180000, 0);
INSERT INTO trouble VALUES ('digest', 'the digest cannot be made', 1795176000);
INSERT INTO notice VALUES
	('digest/2026-11-16', 'work', 1, 'ana@example.org', 'd1@example.org', NULL, 1794812400, 0, 0, 0, 1794812401, 'sent', ''),
	('digest/2026-11-23', 'work', 0, 'ana@example.org', 'd2@example.org', CAST('raw' AS BLOB), 1795417200, 1795417201, 7, 43, 0, 'queued', '');
INSERT INTO firing VALUES ('digest', 1795417200);

-- What the lines of a notice mean, for orders by reply; an array of JSON.
ALTER TABLE notice ADD COLUMN lines TEXT NOT NULL DEFAULT '[]';

-- Since when an account is out of reach, and when that was seen last; 0: it is not.
ALTER TABLE account ADD COLUMN offline_since INTEGER NOT NULL DEFAULT 0;
ALTER TABLE account ADD COLUMN offline_seen  INTEGER NOT NULL DEFAULT 0;
-- Messages in which the owner may order something. What they say is not kept.
CREATE TABLE instruction (
	key        TEXT PRIMARY KEY, -- of the message, as that of a touch
	message_id TEXT    NOT NULL,
	account    TEXT    NOT NULL,
	mailbox    TEXT    NOT NULL,
	notice     TEXT    NOT NULL, -- the key of the one that it answers; '': none
	line       INTEGER NOT NULL, -- the only one that it may be about; 0: any
	sent       INTEGER NOT NULL,
	seen       INTEGER NOT NULL,
	refused    TEXT    NOT NULL, -- why it is not obeyed
	ended      INTEGER NOT NULL DEFAULT 0 -- when it was seen to
) WITHOUT ROWID;
-- Orders that were carried out, each written in one transaction with what it did.
CREATE TABLE obeyed (
	what        TEXT PRIMARY KEY,
	instruction TEXT    NOT NULL,
	at          INTEGER NOT NULL
) WITHOUT ROWID;
ALTER TABLE contact ADD COLUMN wanted INTEGER NOT NULL DEFAULT 0; -- when the owner wanted a hello to them
-- What a server or the system said of a trouble: it stands as it is in every language.
ALTER TABLE trouble ADD COLUMN verbatim TEXT NOT NULL DEFAULT '';

ALTER TABLE contact ADD COLUMN birthday TEXT NOT NULL DEFAULT ''; -- 1980-03-14, or 03-14 without the year

-- When it was found that a message cannot be read.
ALTER TABLE unreadable ADD COLUMN at INTEGER NOT NULL DEFAULT 0;
-- What this machine's clock and the server's showed at one moment, when they
-- disagreed; 0 when they did not.
ALTER TABLE account ADD COLUMN clock_ours   INTEGER NOT NULL DEFAULT 0;
ALTER TABLE account ADD COLUMN clock_theirs INTEGER NOT NULL DEFAULT 0;

UPDATE contact SET wanted = 1795170000, birthday = '03-14' WHERE id = 'm2x8abcd';
UPDATE notice SET lines = '[{"n":1,"says":"answer","contact":"m2x8abcd"}]' WHERE key = 'digest/2026-11-16';
UPDATE account SET offline_since = 1795170000, offline_seen = 1795176000 WHERE name = 'home';
INSERT INTO instruction VALUES ('r1@example.org', 'r1@example.org', 'work', 'Sent', 'digest/2026-11-16', 0, 1795170000, 1795170010, '', 1795170020);
INSERT INTO obeyed VALUES ('r1@example.org/1', 'r1@example.org', 1795170020);
UPDATE trouble SET verbatim = 'disk full';
UPDATE unreadable SET at = 1795170000;

-- Message-IDs of what the owner sent, as keyed hashes: what came in is known by them
-- for an answer to it, or a report about it.
CREATE TABLE own (hash INTEGER PRIMARY KEY);

-- What mail tells of contacts beyond being in touch.
CREATE TABLE finding (
	contact_id TEXT    NOT NULL REFERENCES contact ON DELETE CASCADE,
	key        TEXT    NOT NULL, -- of the message, as that of a touch
	kind       TEXT    NOT NULL,
	address    TEXT    NOT NULL, -- the one that failed, or the new one
	at         INTEGER NOT NULL,
	words      TEXT    NOT NULL,
	about      TEXT    NOT NULL DEFAULT '', -- the Message-ID of what a report is about
	-- Of a report about mail that is not known to be the owner's, which may come before
	-- the owner's mail program files what it sent: the hash of that, as in own. Until
	-- that is known, it counts for nothing.
	waits      INTEGER NOT NULL DEFAULT 0,
	settled    INTEGER NOT NULL DEFAULT 0, -- the owner has seen to it
	PRIMARY KEY (contact_id, key, kind, address)
) WITHOUT ROWID;
CREATE INDEX finding_waits ON finding (waits) WHERE waits <> 0;

-- Senders of whose mail the owner said whether people write it; class is what it was
-- taken for. A message that was named alone has its key there.
CREATE TABLE overruled (
	sender TEXT    NOT NULL,
	class  TEXT    NOT NULL,
	human  INTEGER NOT NULL,
	at     INTEGER NOT NULL,
	PRIMARY KEY (sender, class)
) WITHOUT ROWID;

-- When mail to an address came back for good; 0: it does not.
ALTER TABLE address ADD COLUMN bounced INTEGER NOT NULL DEFAULT 0;
-- To whom to write while they are away.
ALTER TABLE contact ADD COLUMN deputy TEXT NOT NULL DEFAULT '';

-- What it takes to make a touch of it after all.
ALTER TABLE passed_over ADD COLUMN account    TEXT    NOT NULL DEFAULT '';
ALTER TABLE passed_over ADD COLUMN message_id TEXT    NOT NULL DEFAULT '';
ALTER TABLE passed_over ADD COLUMN refs       TEXT    NOT NULL DEFAULT '';
ALTER TABLE passed_over ADD COLUMN address    TEXT    NOT NULL DEFAULT '';
ALTER TABLE passed_over ADD COLUMN direction  TEXT    NOT NULL DEFAULT '';
ALTER TABLE passed_over ADD COLUMN alone      INTEGER NOT NULL DEFAULT 0;
ALTER TABLE passed_over ADD COLUMN verified   INTEGER NOT NULL DEFAULT 0;
ALTER TABLE passed_over ADD COLUMN why        TEXT    NOT NULL DEFAULT ''; -- the rule that decided

-- In the order in which they are read with their contacts.
DROP INDEX address_contact;
CREATE INDEX address_contact ON address (contact_id, position, addr, key, bounced);
CREATE INDEX touch_message ON touch (message_id);

INSERT INTO own VALUES (4711);
INSERT INTO finding VALUES ('m2x8abcd', 'f1@x.example', 'moved', 'maria@new.example', 1795170000, 'I have moved', '', 0, 0);
INSERT INTO overruled VALUES ('desk@x.example', 'bulk', 1, 1795170000);
UPDATE address SET bounced = 1795170000 WHERE key = 'm@y.example';
UPDATE contact SET deputy = 'tom@x.example' WHERE id = 'm2x8abcd';
UPDATE passed_over SET message_id = 'n@x.example', why = 'List-Id' WHERE contact_id = 'm2x8abcd';

-- What the owner's address book has told, as keyed hashes of the UIDs of its cards and
-- of the addresses on them: it tells nothing twice, so whoever was removed stays away.
CREATE TABLE card (
	hash       BLOB    PRIMARY KEY,
	contact_id TEXT             REFERENCES contact ON DELETE SET NULL, -- whose it is
	brought    INTEGER NOT NULL, -- that contact, or the address, came from there
	at         INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX card_contact ON card (contact_id);

-- Up to where each address book has been read: the token of RFC 6578.
CREATE TABLE address_book (
	url   TEXT PRIMARY KEY,
	token TEXT NOT NULL
) WITHOUT ROWID;

INSERT INTO card VALUES (x'0304', 'm2x8abcd', 1, 1795170000);
INSERT INTO address_book VALUES ('https://dav.example.org/ana/', 'token-1');

PRAGMA user_version = 6;
