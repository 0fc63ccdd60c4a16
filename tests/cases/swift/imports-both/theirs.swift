import A
import C

let x = 1
