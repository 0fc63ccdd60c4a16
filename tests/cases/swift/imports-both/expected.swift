import A
import B
import C

let x = 1
