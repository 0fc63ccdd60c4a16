SELECT id, name, mail FROM users WHERE active = 1;
