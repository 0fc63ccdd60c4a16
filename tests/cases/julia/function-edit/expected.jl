function f(x::Int)
    return x + 1
end
