import A
import B

let x = 1
