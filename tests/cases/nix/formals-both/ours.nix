{ lib, a }:

lib
