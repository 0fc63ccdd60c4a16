function g(a::Int)
    h(a)
end
