SELECT id, name, mail FROM users WHERE active = 1 AND age > 18;
