using LinearAlgebra

function f(x; tol=1e-6)
    x + tol
end
