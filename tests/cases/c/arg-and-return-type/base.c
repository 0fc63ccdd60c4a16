int send(int code);
