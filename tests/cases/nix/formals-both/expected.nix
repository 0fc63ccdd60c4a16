{ lib, a, b }:

lib
