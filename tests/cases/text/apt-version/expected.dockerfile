<<<<<<< ours
RUN apt install a=1.1-1
||||||| base
RUN apt install a=1.0-1
=======
RUN apt install a=1.0-2
>>>>>>> theirs
