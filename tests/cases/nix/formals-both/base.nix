{ lib }:

lib
