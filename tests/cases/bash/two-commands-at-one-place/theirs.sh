#!/bin/bash
set -e
cd src
LEVEL=1
TARGET=all

build() {
  make "$TARGET"
}

build
