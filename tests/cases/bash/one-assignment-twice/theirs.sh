#!/bin/bash
set -e
LEVEL=3
TARGET=all

build() {
  make "$TARGET"
}

build
