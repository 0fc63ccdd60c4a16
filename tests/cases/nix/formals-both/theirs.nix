{ lib, b }:

lib
