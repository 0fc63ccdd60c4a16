FROM python:3.10
RUN make
