using EzTemplates.Domain;

namespace EzTemplates.Solver;

/// <summary>Which rows of the previous lock, and which installed packages, are to stay, by what the request updates.</summary>
internal static class RpmUpdates
{
    public static HashSet<PackageId> Kept(RpmUniverse universe, RpmRequest request, RpmMatching matching)
    {
        var names = request.UpdateNames.Select(universe.Find).OfType<StringId>().ToHashSet();
        var rows = request.Preferred.Concat(request.Installed);
        return [.. request.Update switch
        {
            RpmUpdate.All => [],
            RpmUpdate.Named => rows.Where(p => !names.Contains(universe.Names[p.Value])),
            // The row too: what an advisory names may be out of reach, and nothing else may take its place.
            RpmUpdate.Security => rows.SelectMany(p => NewestSecure(universe, matching, p) is { } newer ? new[] { newer, p } : [p]),
            _ => rows,
        }];
    }

    /// <summary>The newest package of the row's name and architecture that a security advisory names and that is newer than the row.</summary>
    private static PackageId? NewestSecure(RpmUniverse universe, RpmMatching matching, PackageId row)
    {
        PackageId? newest = null;
        var (first, count) = universe.Named(universe.Names[row.Value]);
        for (var i = first; i < first + count; i++)
        {
            var package = new PackageId(i);
            if ((universe.Flags[i] & RpmPackageFlags.Security) != 0 && universe.Architectures[i] == universe.Architectures[row.Value]
                && matching.CompareVersions(package, newest ?? row) > 0)
            {
                newest = package;
            }
        }

        return newest;
    }
}
