namespace EzTemplates.Domain.Composition;

/// <summary>Who gets a path that several packages claim, by the rules of their family.</summary>
internal abstract class ClaimRules(IReadOnlyList<ComposedPackage> packages)
{
    protected IReadOnlyList<ComposedPackage> Packages => packages;

    /// <summary>Why two packages are at odds: <c>and neither replaces the other</c>.</summary>
    protected abstract string Reason { get; }

    /// <summary>The claim that stands, among claims of one path none of which is a directory; null if two packages are at odds.</summary>
    public abstract Claim? Winner(IReadOnlyList<Claim> claims);

    /// <summary>The claim that stands, among claims of one path all of which are directories; null if two packages are at odds.</summary>
    public abstract Claim? WinnerOfDirectories(IReadOnlyList<Claim> claims);

    /// <summary>Whether a link may stand where another package has a directory, if it leads to one.</summary>
    public abstract bool LinkStandsFor(Claim link, Claim directory);

    /// <summary>Whether two claims of one path do not go together.</summary>
    protected abstract bool AtOdds(Claim first, Claim second);

    /// <summary>
    /// As <see cref="Winner"/>; of two at odds it is the one whose preinst may divert the path, as it would have it in whatever order the
    /// two are unpacked, and the other's file goes aside.
    /// </summary>
    /// <exception cref="EzException">Two packages are at odds.</exception>
    public (Claim Winner, Claim? Aside) Standing(List<Claim> claims)
    {
        if (Winner(claims) is { } winner)
        {
            return (winner, null);
        }

        var (diverting, others) = (claims.FindAll(claim => packages[claim.Package].MayDivert()), claims.FindAll(claim => !packages[claim.Package].MayDivert()));
        return Winner(diverting) is { } one && others.Count > 0 ? (one, Winner(others) ?? throw Conflict(others)) : throw Conflict(claims);
    }

    /// <summary>Two packages that are at odds, for the path where <see cref="Winner"/> is null.</summary>
    public EzException Conflict(IReadOnlyList<Claim> claims)
    {
        foreach (var (first, second) in claims.SelectMany((a, i) => claims.Skip(i + 1).Select(b => (a, b))))
        {
            if (AtOdds(first, second))
            {
                return Conflict(first, second);
            }
        }

        return Conflict(claims[0], claims[1]);
    }

    public EzException Conflict(Claim first, Claim second)
    {
        if (first.Package == second.Package)
        {
            return new EzException(
                FailureKind.Unsolvable,
                $"package `{packages[first.Package].Name}` has both `{first.Entry.Path}` and `{second.Entry.Path}`, which are one path in this tree",
                $"leave it out: exclude: [{packages[first.Package].Name}]");
        }

        var (a, b) = (NameOf(first, second), NameOf(second, first));
        var path = first.Path;
        var seen = string.Concat(new[] { first, second }
            .Where(c => c.Entry.Path != path)
            .Select(c => $" (`{(c == first ? a : b)}` as `{c.Entry.Path}`)"));
        var kinds = first.Type == second.Type ? "" : $", {Kind(first)} in the one and {Kind(second)} in the other";
        return new EzException(
            FailureKind.Unsolvable,
            $"packages `{a}` and `{b}` both have `{path}`{seen}{kinds}, {Reason}",
            $"leave one of them out: exclude: [{packages[second.Package].Name}]");
    }

    public string NameOf(int package) => packages[package].Name;

    /// <summary>The file <paramref name="above"/>, and <paramref name="below"/> which needs a directory there.</summary>
    public EzException NotADirectory(Claim above, Claim below) => new(
        FailureKind.Unsolvable,
        $"package `{packages[below.Package].Name}` has `{below.Path}`, but `{above.Path}` is {Kind(above)} of package `{packages[above.Package].Name}`",
        $"leave one of them out: exclude: [{packages[below.Package].Name}]");

    /// <summary>With the architecture where the name alone would not tell the two apart.</summary>
    private string NameOf(Claim claim, Claim other)
    {
        var package = packages[claim.Package];
        return package.Name == packages[other.Package].Name ? $"{package.Name}:{package.Architecture}" : package.Name;
    }

    private static string Kind(Claim claim) => claim.Type switch
    {
        EntryType.Directory => "a directory",
        EntryType.Symlink => "a symbolic link",
        EntryType.File => "a file",
        EntryType.Fifo => "a named pipe",
        _ => "a device",
    };
}
