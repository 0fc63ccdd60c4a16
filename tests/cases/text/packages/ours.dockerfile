FROM a
RUN apt-get install -y \
    a \
    b \
    c
