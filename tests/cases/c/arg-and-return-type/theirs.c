void send(int code);
