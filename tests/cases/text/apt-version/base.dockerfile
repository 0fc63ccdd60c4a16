RUN apt install a=1.0-1
