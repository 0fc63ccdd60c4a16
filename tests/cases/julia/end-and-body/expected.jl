function g(a::Int)
    h(a, 1)
end
