import A

let x = 1
