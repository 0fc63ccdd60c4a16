FROM python:3.9
RUN make
