-- Where the customer of an alert paid last before, when that is known: the map draws a line.
ALTER TABLE decisions ADD COLUMN from_latitude REAL;
ALTER TABLE decisions ADD COLUMN from_longitude REAL;
-- Replays read the alerts of a period.
CREATE INDEX alerts_by_age ON decisions (created_us, seq) WHERE on_map AND decision <> 'approve' AND NOT suppressed;
-- What a customer paid before and after.
CREATE INDEX decisions_of_customer ON decisions (customer, time_us) WHERE customer IS NOT NULL;
CREATE INDEX transactions_of_customer ON transactions (customer, time_us) WHERE customer IS NOT NULL;
