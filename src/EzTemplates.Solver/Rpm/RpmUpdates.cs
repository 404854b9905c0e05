using EzTemplates.Domain;

namespace EzTemplates.Solver;

/// <summary>Which rows of the previous lock, and which installed packages, are to stay, by what the request updates.</summary>
internal static class RpmUpdates
{
    public static HashSet<PackageId> Kept(RpmUniverse universe, RpmRequest request, RpmMatching matching)
    {
        var kept = request.Update.Kept(
            request.Preferred.Concat(request.Installed), row => universe.Text(universe.Names[row.Value]), row => NewestSecure(universe, matching, row));
        return [.. kept];
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
