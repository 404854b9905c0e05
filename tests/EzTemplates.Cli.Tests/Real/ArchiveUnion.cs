namespace EzTemplates.Cli.Tests.Real;

/// <summary>
/// What unpacking a set of archives into an empty root leaves, by dpkg's rules: directories are shared, a file belongs to the
/// package that may replace the others. Compares a mounted view with it; usr-merge comes by resolving paths inside that view.
/// </summary>
internal sealed class ArchiveUnion(IReadOnlyList<ListedPackage> packages, long epoch)
{
    private static readonly string[] MergedNames = ["/bin", "/lib", "/lib64", "/sbin", "/lib32", "/libx32"];

    private readonly List<string> _differences = [];

    public IReadOnlyCollection<string> Paths { get; } =
        [.. packages.SelectMany(package => package.Entries).SelectMany<TreeRow, string>(entry => entry.Type == 'h' ? [entry.Path, entry.Target] : [entry.Path]).Distinct(StringComparer.Ordinal)];

    /// <returns>The differences, one line each.</returns>
    public IReadOnlyList<string> Compare(SeenTree view)
    {
        _differences.Clear();
        var claims = packages
            .SelectMany((package, number) => Claims(package, number, view))
            .GroupBy(claim => claim.Row.Path, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, Standing, StringComparer.Ordinal);
        foreach (var (path, standing) in claims)
        {
            CompareClaimed(path, standing, view);
        }

        foreach (var (path, seen) in view.Rows.Where(row => !claims.ContainsKey(row.Key)))
        {
            CompareMade(path, seen);
        }

        CompareHardLinks(claims.Values.Select(standing => standing[0]).Where(claim => claim.Row.Type == 'f'), view);
        return _differences;
    }

    /// <summary>The package's entries where the view has them; a hard link has what its target has, and the target's name in the archive.</summary>
    private static IEnumerable<Claim> Claims(ListedPackage package, int number, SeenTree view)
    {
        var named = new Dictionary<string, (TreeRow Row, string Inode)>(StringComparer.Ordinal);
        foreach (var entry in package.Entries)
        {
            var inode = entry.Type == 'h' ? named[entry.Target] : (Row: entry, Inode: entry.Path);
            named[entry.Path] = inode;
            yield return new Claim(number, inode.Inode, inode.Row with { Path = view.Resolve(entry) });
        }
    }

    private List<Claim> Standing(IEnumerable<Claim> claims)
    {
        var all = claims.ToList();
        var standing = all.FindAll(claim => !all.Exists(other => other.Package != claim.Package && !claim.Row.IsFolder && packages[other.Package].MayReplace(packages[claim.Package])));
        return standing.Count > 0 ? standing : all;
    }

    private void CompareClaimed(string path, List<Claim> standing, SeenTree view)
    {
        if (!view.Rows.TryGetValue(path, out var seen))
        {
            _differences.Add($"{path}: not in the view; {Owner(standing[0])} has {standing[0].Row}");
        }
        else if (!standing.Exists(claim => claim.Row == seen.Row))
        {
            _differences.Add($"{path}: the view shows {seen.Row}; {string.Join("; ", standing.Select(claim => $"{Owner(claim)} has {claim.Row}"))}");
        }
        else if (!seen.Row.IsFolder && standing.Select(claim => claim.Row).Distinct().Skip(1).Any())
        {
            _differences.Add($"{path}: {string.Join(" and ", standing.Select(Owner))} differ, and neither replaces the other");
        }
        else if (seen.Xattrs.Length > 0)
        {
            _differences.Add($"{path}: the view shows {seen.Xattrs}, and archives have no attributes");
        }
    }

    /// <summary>What no archive has: the links of usr-merge, and directories above entries whose packages did not ship them.</summary>
    private void CompareMade(string path, SeenRow seen)
    {
        var time = $"{epoch}000000000";
        TreeRow[] allowed =
        [
            new(path, 'd', 0b111_101_101, 0, 0, time, "", "", ""),
            .. MergedNames.Contains(path) ? [new TreeRow(path, 'l', 0b111_111_111, 0, 0, time, "", "usr" + path, "")] : Array.Empty<TreeRow>(),
        ];
        if (!allowed.Contains(seen.Row) || seen.Xattrs.Length > 0)
        {
            _differences.Add($"{path}: the view shows {seen.Row} {seen.Xattrs}, and no archive has it");
        }
    }

    /// <summary>Names of one file in an archive are names of one file in the view, and no others are.</summary>
    private void CompareHardLinks(IEnumerable<Claim> files, SeenTree view)
    {
        foreach (var names in files.GroupBy(claim => (claim.Package, claim.Inode)).Select(group => group.Select(claim => claim.Row.Path).ToList()))
        {
            var seen = names.Where(view.Rows.ContainsKey).Select(name => view.Rows[name]).ToList();
            if (seen.Select(row => row.Inode).Distinct(StringComparer.Ordinal).Skip(1).Any() || seen.Exists(row => row.Links != names.Count))
            {
                _differences.Add($"{string.Join(", ", names)}: one file of an archive; the view shows inodes {string.Join(' ', seen.Select(row => $"{row.Inode} with {row.Links} names"))}");
            }
        }
    }

    private string Owner(Claim claim) => packages[claim.Package].Name;

    private sealed record Claim(int Package, string Inode, TreeRow Row);
}
