BEGIN TRANSACTION;
CREATE TABLE calls (
    call text primary key, run text not null,
    started text not null, answered text, ended text,
    flow text not null, version text not null, path text not null,
    outcome text, reason text, queue text not null, handoff text,
    turns integer not null, latencies_ms text not null,
    recording text not null, recording_stopped integer not null
);
INSERT INTO "calls" VALUES('00c0ffee','0badcafe','2031-05-06T09:00:00.000+00:00','2031-05-06T09:00:01.000+00:00','2031-05-06T09:01:20.000+00:00','main_menu','0123456789ab','["main_menu.menu", "refill_status.ask_number", "refill_status.person"]','handed_off','asked','pharmacy','served',7,'[41, 382]','0123456789abcdef0123456789abcdef.wav',1);
INSERT INTO "calls" VALUES('000000aa','0badcafe','2031-05-06T09:01:30.000+00:00','2031-05-06T09:01:31.000+00:00','2031-05-06T09:01:35.250+00:00','main_menu','','["main_menu.menu"]','abandoned',NULL,'',NULL,1,'[]','',0);
INSERT INTO "calls" VALUES('000000bb','0badcafe','2031-05-06T09:01:40.000+00:00','2031-05-06T09:01:41.000+00:00',NULL,'main_menu','','[]',NULL,NULL,'',NULL,0,'[]','',0);
CREATE TABLE waits (
    call text primary key, waited real not null, priority text not null, agent text not null,
    refusals text not null, troubles text not null
);
INSERT INTO "waits" VALUES('00c0ffee',12.5,'urgent','Maria O''Hara-Núñez','["busy", "no_answer"]','["agent_gone"]');
CREATE INDEX calls_started on calls (started);
COMMIT;
