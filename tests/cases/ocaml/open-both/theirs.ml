open Base
open Core

let x = 1
