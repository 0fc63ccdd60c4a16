open Base

let x = 1
