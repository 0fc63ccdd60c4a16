<<<<<<< ours
FROM python:3.10
||||||| base
FROM python:3.9
=======
FROM python:3.9-slim
>>>>>>> theirs
RUN make
