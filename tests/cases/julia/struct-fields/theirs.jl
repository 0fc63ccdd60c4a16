struct A
    x::Int
    z::Int
end
