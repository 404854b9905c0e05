namespace EzTemplates.Bench;

/// <summary>Universes that are made to be hard. What is asked for is the package <c>root</c>.</summary>
internal static class HardUniverses
{
    /// <summary>Each pigeon sits in one of the holes, and a hole has room for one.</summary>
    public static IEnumerable<MadePackage> Pigeons(int pigeons, int holes)
    {
        yield return Root(Enumerable.Range(0, pigeons).Select(p => $"pigeon{p}"));
        for (var p = 0; p < pigeons; p++)
        {
            yield return new MadePackage($"pigeon{p}", "1", [[.. Enumerable.Range(0, holes).Select(h => $"seat{p}-{h}")]]);
            for (var h = 0; h < holes; h++)
            {
                yield return new MadePackage($"seat{p}-{h}", "1", [], $"hole{h}");
            }
        }
    }

    public static IEnumerable<MadePackage> Chain(int length, string? last)
    {
        yield return Root(["link0"]);
        for (var i = 0; i < length; i++)
        {
            yield return new MadePackage($"link{i}", "1", i < length - 1 ? [[$"link{i + 1}"]] : last is null ? [] : [[last]]);
        }
    }

    /// <summary>A chain in which only the oldest version of each link leads to the end.</summary>
    public static IEnumerable<MadePackage> Versions(int length, int versions)
    {
        yield return Root(["link0"]);
        for (var i = 0; i < length; i++)
        {
            for (var v = 1; v <= versions; v++)
            {
                yield return new MadePackage($"link{i}", $"{v}", i < length - 1 ? [[$"link{i + 1} = {v}"]] : v > 1 ? [["gone"]] : []);
            }
        }
    }

    /// <summary>Only the last of the alternatives can be had.</summary>
    /// <param name="exclusive">A name that each of them provides and conflicts with, or null.</param>
    public static IEnumerable<MadePackage> Alternatives(int count, string? exclusive)
    {
        yield return new MadePackage("root", "1", [[.. Enumerable.Range(0, count).Select(i => $"way{i}")]]);
        for (var i = 0; i < count; i++)
        {
            yield return new MadePackage($"way{i}", "1", i < count - 1 ? [[$"bridge{i}"]] : [], exclusive);
            yield return new MadePackage($"bridge{i}", "1", [["gone"]]);
        }
    }

    /// <summary>A chain below a choice that other choices keep from being decided by its first look.</summary>
    public static IEnumerable<MadePackage> ChainBelowChoices(int length)
    {
        yield return new MadePackage("root", "1", [["p", "q"], ["q", "s"], ["t", "u"]]);
        yield return new MadePackage("p", "1", [["link0"]]);
        yield return new MadePackage("q", "1", [["link0"]]);
        yield return new MadePackage("s", "1", []);
        yield return new MadePackage("t", "1", [["s"]]);
        yield return new MadePackage("u", "1", []);
        foreach (var link in Chain(length, null).Skip(1))
        {
            yield return link;
        }
    }

    public static IEnumerable<MadePackage> Circle(int length)
    {
        yield return Root(["ring0"]);
        for (var i = 0; i < length; i++)
        {
            yield return new MadePackage($"ring{i}", "1", [[$"ring{(i + 1) % length}"]]);
        }
    }

    /// <summary>Each choice is of a package that needs another, and one that mostly needs none.</summary>
    public static IEnumerable<MadePackage> Choices(int count)
    {
        yield return new MadePackage("root", "1", [.. Enumerable.Range(0, count).Select(i => (string[])[$"large{i}", $"small{i}"])]);
        for (var i = 0; i < count; i++)
        {
            yield return new MadePackage($"large{i}", "1", [[$"more{i}"]]);
            yield return new MadePackage($"more{i}", "1", []);
            yield return new MadePackage($"small{i}", "1", i % 3 == 0 ? [[$"small{(i + 3) % count}"]] : []);
        }
    }

    private static MadePackage Root(IEnumerable<string> needs) => new("root", "1", [.. needs.Select(need => (string[])[need])]);
}
