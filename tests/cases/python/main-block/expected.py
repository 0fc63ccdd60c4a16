def main():
    run()


def helper():
    pass


def other():
    pass


if __name__ == "__main__":
    main()
