RUN apt install a=1.1-1
