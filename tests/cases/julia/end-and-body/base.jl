function g(a)
    h(a)
end
