int send(long code);
