function g(a)
    h(a, 1)
end
