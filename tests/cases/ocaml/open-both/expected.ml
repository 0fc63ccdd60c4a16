open Base
<<<<<<< ours
open Stdio
||||||| base
=======
open Core
>>>>>>> theirs

let x = 1
