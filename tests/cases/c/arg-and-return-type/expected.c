void send(long code);
