open Base
open Stdio

let x = 1
