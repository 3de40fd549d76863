// Calls with their segments and logs, contexts, chats.

internal import SQLiteDatabase

extension MiddlewareSchema {
    /// Times are microseconds since 1970 in UTC, numbers E.164 or the text as it was sent.
    ///
    /// Beside the fields of the API a call has what it is compared and ordered by: `started_at` and `ended_at` are its
    /// times, or the nearest that is known; `caller` and `callee` are who called whom, whichever pair of numbers was
    /// reported. Each filter has an index for each order, so that a page costs the same wherever it is; creation is the
    /// order of `seq`, which every index ends with. The four indexes of the orders alone also hold the other times, so
    /// that a span of one of them can be read in the order of another without a look at the calls.
    static let callsAndChats = Migration(
        version: 4, summary: "calls, contexts, chats",
        sql: """
            CREATE TABLE calls (
                seq INTEGER PRIMARY KEY,
                id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
                workspace_id INTEGER NOT NULL REFERENCES workspaces (id),
                direction TEXT NOT NULL
                    CHECK (direction = 'inbound' OR direction = 'outbound' OR direction = 'internal'),
                status TEXT NOT NULL,
                number_from TEXT,
                number_to TEXT,
                number_external TEXT,
                number_internal TEXT,
                source TEXT,
                answered INTEGER CHECK (answered IN (0, 1)),
                duration INTEGER CHECK (duration >= 0),
                start_time INTEGER,
                end_time INTEGER,
                subject TEXT,
                body TEXT,
                recording_url TEXT,
                agent_first_name TEXT,
                agent_last_name TEXT,
                agent_email TEXT COLLATE NOCASE,
                queue_extension TEXT,
                contact_id BLOB CHECK (length(contact_id) = 16),
                number_did TEXT COLLATE NOCASE,
                merged_reports INTEGER NOT NULL CHECK (merged_reports > 0),
                created_at INTEGER NOT NULL,
                updated_at INTEGER NOT NULL,
                status_key TEXT NOT NULL,
                is_answered INTEGER NOT NULL CHECK (is_answered IN (0, 1)),
                caller TEXT,
                callee TEXT,
                started_at INTEGER NOT NULL,
                ended_at INTEGER NOT NULL,
                merge_key TEXT NOT NULL,
                merge_start INTEGER,
                context_data TEXT,
                context_source TEXT,
                enriched INTEGER NOT NULL DEFAULT 0
            ) STRICT;
            CREATE INDEX calls_by_start ON calls (workspace_id, started_at, seq, ended_at, updated_at);
            CREATE INDEX calls_by_end ON calls (workspace_id, ended_at, seq, started_at, updated_at);
            CREATE INDEX calls_by_creation ON calls (workspace_id, seq, started_at, ended_at);
            CREATE INDEX calls_by_update ON calls (workspace_id, updated_at, seq, started_at, ended_at);
            CREATE INDEX calls_by_direction_start ON calls (workspace_id, direction, started_at);
            CREATE INDEX calls_by_direction_end ON calls (workspace_id, direction, ended_at);
            CREATE INDEX calls_by_direction_creation ON calls (workspace_id, direction);
            CREATE INDEX calls_by_direction_update ON calls (workspace_id, direction, updated_at);
            CREATE INDEX calls_by_status_start ON calls (workspace_id, status_key, started_at);
            CREATE INDEX calls_by_status_end ON calls (workspace_id, status_key, ended_at);
            CREATE INDEX calls_by_status_creation ON calls (workspace_id, status_key);
            CREATE INDEX calls_by_status_update ON calls (workspace_id, status_key, updated_at);
            CREATE INDEX calls_by_answered_start ON calls (workspace_id, is_answered, started_at);
            CREATE INDEX calls_by_answered_end ON calls (workspace_id, is_answered, ended_at);
            CREATE INDEX calls_by_answered_creation ON calls (workspace_id, is_answered);
            CREATE INDEX calls_by_answered_update ON calls (workspace_id, is_answered, updated_at);
            CREATE INDEX calls_by_caller_start ON calls (workspace_id, caller, started_at) WHERE caller IS NOT NULL;
            CREATE INDEX calls_by_caller_end ON calls (workspace_id, caller, ended_at) WHERE caller IS NOT NULL;
            CREATE INDEX calls_by_caller_creation ON calls (workspace_id, caller) WHERE caller IS NOT NULL;
            CREATE INDEX calls_by_caller_update ON calls (workspace_id, caller, updated_at) WHERE caller IS NOT NULL;
            CREATE INDEX calls_by_callee_start ON calls (workspace_id, callee, started_at) WHERE callee IS NOT NULL;
            CREATE INDEX calls_by_callee_end ON calls (workspace_id, callee, ended_at) WHERE callee IS NOT NULL;
            CREATE INDEX calls_by_callee_creation ON calls (workspace_id, callee) WHERE callee IS NOT NULL;
            CREATE INDEX calls_by_callee_update ON calls (workspace_id, callee, updated_at) WHERE callee IS NOT NULL;
            CREATE INDEX calls_by_did_start ON calls (workspace_id, number_did, started_at)
                WHERE number_did IS NOT NULL;
            CREATE INDEX calls_by_did_end ON calls (workspace_id, number_did, ended_at) WHERE number_did IS NOT NULL;
            CREATE INDEX calls_by_did_creation ON calls (workspace_id, number_did) WHERE number_did IS NOT NULL;
            CREATE INDEX calls_by_did_update ON calls (workspace_id, number_did, updated_at)
                WHERE number_did IS NOT NULL;
            CREATE INDEX calls_by_agent_start ON calls (workspace_id, agent_email, started_at)
                WHERE agent_email IS NOT NULL;
            CREATE INDEX calls_by_agent_end ON calls (workspace_id, agent_email, ended_at)
                WHERE agent_email IS NOT NULL;
            CREATE INDEX calls_by_agent_creation ON calls (workspace_id, agent_email) WHERE agent_email IS NOT NULL;
            CREATE INDEX calls_by_agent_update ON calls (workspace_id, agent_email, updated_at)
                WHERE agent_email IS NOT NULL;
            CREATE INDEX calls_to_merge ON calls (workspace_id, direction, merge_key, merge_start);
            CREATE INDEX calls_by_arrival ON calls (workspace_id, direction, merge_key, created_at);
            CREATE INDEX calls_by_age ON calls (created_at);

            CREATE TABLE call_days (
                workspace_id INTEGER NOT NULL REFERENCES workspaces (id),
                axis TEXT NOT NULL CHECK (axis IN ('start', 'end')),
                day INTEGER NOT NULL,
                start_min INTEGER NOT NULL,
                start_max INTEGER NOT NULL,
                end_min INTEGER NOT NULL,
                end_max INTEGER NOT NULL,
                creation_min INTEGER NOT NULL,
                creation_max INTEGER NOT NULL,
                update_min INTEGER NOT NULL,
                update_max INTEGER NOT NULL,
                PRIMARY KEY (workspace_id, axis, day)
            ) STRICT, WITHOUT ROWID;

            CREATE TABLE call_words (
                workspace_id INTEGER NOT NULL,
                word TEXT NOT NULL,
                call_seq INTEGER NOT NULL,
                started_at INTEGER NOT NULL,
                ended_at INTEGER NOT NULL,
                updated_at INTEGER NOT NULL,
                PRIMARY KEY (workspace_id, word, call_seq)
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX call_words_by_start ON call_words (workspace_id, word, started_at, call_seq);
            CREATE INDEX call_words_by_end ON call_words (workspace_id, word, ended_at, call_seq);
            CREATE INDEX call_words_by_update ON call_words (workspace_id, word, updated_at, call_seq);

            CREATE TABLE call_segments (
                call_seq INTEGER NOT NULL REFERENCES calls (seq) ON DELETE CASCADE,
                number INTEGER NOT NULL,
                workspace_id INTEGER NOT NULL,
                id BLOB NOT NULL CHECK (length(id) = 16),
                number_internal TEXT,
                agent_first_name TEXT,
                agent_last_name TEXT,
                agent_email TEXT,
                queue_extension TEXT,
                status TEXT NOT NULL,
                answered INTEGER,
                start_time INTEGER,
                end_time INTEGER,
                duration INTEGER,
                PRIMARY KEY (call_seq, number)
            ) STRICT, WITHOUT ROWID;

            CREATE TABLE call_logs (
                call_seq INTEGER NOT NULL REFERENCES calls (seq) ON DELETE CASCADE,
                number INTEGER NOT NULL,
                workspace_id INTEGER NOT NULL,
                at INTEGER NOT NULL,
                connector_id INTEGER,
                event TEXT NOT NULL,
                detail TEXT NOT NULL,
                PRIMARY KEY (call_seq, number)
            ) STRICT, WITHOUT ROWID;

            CREATE TABLE call_contexts (
                seq INTEGER PRIMARY KEY,
                id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
                workspace_id INTEGER NOT NULL REFERENCES workspaces (id),
                direction TEXT NOT NULL CHECK (direction IN ('inbound', 'outbound')),
                external TEXT NOT NULL,
                external_key TEXT NOT NULL,
                source TEXT,
                start_time INTEGER,
                reference TEXT NOT NULL CHECK (reference IN ('call', 'segment')),
                segment_kind TEXT,
                data TEXT NOT NULL,
                anchor INTEGER NOT NULL,
                is_anchor_given INTEGER NOT NULL CHECK (is_anchor_given IN (0, 1)),
                created_at INTEGER NOT NULL,
                updated_at INTEGER NOT NULL,
                taken_by BLOB CHECK (length(taken_by) = 16)
            ) STRICT;
            CREATE INDEX call_contexts_open ON call_contexts (workspace_id, direction, external_key, updated_at)
                WHERE taken_by IS NULL;
            CREATE INDEX call_contexts_by_age ON call_contexts (updated_at);

            CREATE TABLE chats (
                seq INTEGER PRIMARY KEY,
                id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
                workspace_id INTEGER NOT NULL REFERENCES workspaces (id),
                email TEXT,
                source TEXT,
                number_external TEXT,
                name TEXT,
                start_time INTEGER,
                end_time INTEGER,
                duration INTEGER CHECK (duration >= 0),
                subject TEXT,
                chat_messages TEXT,
                queue_extension TEXT,
                entity_type TEXT,
                entity_id TEXT,
                agent TEXT,
                agent_first_name TEXT,
                agent_last_name TEXT,
                agent_email TEXT,
                created_at INTEGER NOT NULL
            ) STRICT;
            CREATE INDEX chats_by_workspace ON chats (workspace_id, seq);
            CREATE INDEX chats_by_age ON chats (created_at);
            """)
}
