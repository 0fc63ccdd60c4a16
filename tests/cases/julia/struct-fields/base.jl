struct A
    x::Int
end
