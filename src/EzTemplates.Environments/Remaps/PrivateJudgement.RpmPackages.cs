using System.Text;
using EzTemplates.Domain;
using EzTemplates.Store.Native;

namespace EzTemplates.Environments;

/// <summary>As for dpkg's: packages that the environment's own rpm unpacked, and that a version has as well.</summary>
internal sealed partial class PrivateJudgement
{
    /// <summary>
    /// Of a package that one version and the environment have and the other version has not, private files that are either version's make way
    /// for the new one's. Files that somebody edited stay.
    /// </summary>
    public void JudgeRpmPackages()
    {
        foreach (var database in RpmDatabaseMerge.Files.Where(file => PlaceOf(file).TryStatus() is { Kind: FileKind.File }))
        {
            var (olds, nexts) = (InstalledRpm.ReadWhatCan(TextAt(old, database)), InstalledRpm.ReadWhatCan(TextAt(next, database)));
            var (before, after) = (Nevras(olds), Nevras(nexts));
            var owns = InstalledRpm.ReadWhatCan(DatabaseAt(PlaceOf(database))).Where(package => before.Contains(package.Nevra) != after.Contains(package.Nevra)).ToList();
            if (owns.Count > 0)
            {
                MakeWay(OwnersOf(owns, olds.Concat(nexts).ToLookup(package => package.Name)), nexts.Select(package => package.Name).ToHashSet());
            }
        }
    }

    private static HashSet<string> Nevras(List<InstalledRpm> packages) => [.. packages.Select(package => package.Nevra)];

    private static string DatabaseAt(AreaPlace place) => place.TryRead(AreaPlace.MostBytes) is { } bytes ? Encoding.Latin1.GetString(bytes) : "";

    /// <summary>By path where the next version has it: what the packages have, or had in the versions.</summary>
    private Dictionary<TreePath, InstalledRpm> OwnersOf(List<InstalledRpm> packages, ILookup<string, InstalledRpm> versions)
    {
        var owners = new Dictionary<TreePath, InstalledRpm>();
        foreach (var package in packages)
        {
            foreach (var file in versions[package.Name].Prepend(package).SelectMany(one => one.TryRecord()?.Files ?? []))
            {
                if (TreePath.TryParse(Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(file)), out var path) && !path.IsRoot)
                {
                    owners[Settle(path)] = package;
                }
            }
        }

        return owners;
    }

    /// <summary>An environment has few private files, a version's packages have very many.</summary>
    private void MakeWay(Dictionary<TreePath, InstalledRpm> owners, HashSet<string> nexts)
    {
        var taken = new Dictionary<InstalledRpm, List<TreePath>>();
        PrivateArea.ForEachFolder(area, (path, folder) =>
        {
            foreach (var file in Libc.ReadFolder(folder).Where(member => !member.IsFolder).Select(member => path.Append(member.Name)))
            {
                if (owners.TryGetValue(file, out var owner) && !_judged.Contains(file) && !WholeState.Contains(file) && !DerivedCache.Is(file) && MakesWay(file))
                {
                    taken.TryAdd(owner, []);
                    taken[owner].Add(file);
                }
            }
        });
        foreach (var (owner, paths) in taken.OrderBy(one => one.Key.Nevra, StringComparer.Ordinal))
        {
            foreach (var path in paths.Where(_judged.Add))
            {
                Do(path, AreaStepKind.Drop, null);
            }

            _paths.Add(new RemapPath(
                paths[0], RemapAction.Take, $"package `{ToldText.Of(owner.Nevra)}`: {paths.Count} private paths make way for {(nexts.Contains(owner.Name) ? "the version's" : "a version without it")}"));
        }
    }

    /// <summary>What hides nothing any more, or is what a version has.</summary>
    private bool MakesWay(TreePath path)
    {
        var place = PlaceOf(path);
        return place.TryStatus() is { } status && (PrivateArea.IsWhiteout(status) ? next.Find(path) is null : IsUnchanged(place, Find(next, path)) || IsUnchanged(place, Find(old, path)));
    }
}
