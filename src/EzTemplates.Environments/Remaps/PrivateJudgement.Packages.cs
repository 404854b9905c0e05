using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using EzTemplates.Domain;
using EzTemplates.Domain.Merging;
using EzTemplates.Store.Native;

namespace EzTemplates.Environments;

/// <summary>
/// Packages that the environment's own dpkg unpacked, and that a version has as well: as long as their files are private, they would hide
/// what later versions have, and dpkg would find them right, as what it knows of them is private, too.
/// </summary>
internal sealed partial class PrivateJudgement
{
    private const string ListSuffix = ".list";
    private const string SumsSuffix = ".md5sums";

    /// <summary>
    /// Of a package in the old or the new version's own state, private files that are either version's make way for the new one's, and what
    /// dpkg knows of it. Files that somebody edited stay.
    /// </summary>
    /// <param name="configuration">The configuration files of both versions: one that is neither version's is somebody's edit.</param>
    public void JudgePackages(Func<IEnumerable<TreePath>> configuration)
    {
        var info = PrivateInfo();
        var unpacked = info.Where(name => name.EndsWith(ListSuffix, StringComparison.Ordinal) && !_judged.Contains(InstalledPackage.Info.Append(name))).Select(name => name[..^ListSuffix.Length]).ToHashSet();
        if (unpacked.Count == 0)
        {
            return;
        }

        var status = PlaceOf(InstalledPackage.Status).TryRead() is { } bytes ? Encoding.Latin1.GetString(bytes) : TextAt(old, InstalledPackage.Status);
        var (olds, nexts) = (ByKey(TextAt(old, InstalledPackage.Status)), ByKey(TextAt(next, InstalledPackage.Status)));
        var known = new Lazy<HashSet<TreePath>>(() => [.. configuration()]);
        foreach (var own in InstalledPackage.ReadAll(status).Where(package => unpacked.Contains(package.InfoName)))
        {
            var (before, after) = (olds.GetValueOrDefault(own.Key), nexts.GetValueOrDefault(own.Key));
            if (own.Version == before?.Version || own.Version == after?.Version)
            {
                JudgePackage(own, before, after, info, known.Value);
            }
        }
    }

    /// <summary>What a roll-back brings back of packages that made way.</summary>
    private RestoredPackages PackagesOf(RollbackChain chain)
    {
        var restored = new RestoredPackages();
        foreach (var list in chain.Paths.Where(path => path.Parent == InstalledPackage.Info && path.Name.EndsWith(ListSuffix, StringComparison.Ordinal)))
        {
            if (chain.StateOf(list, PlaceOf(list)) is { Version: null, From: not null, Place: { } place } && place.TryRead() is { } bytes)
            {
                restored.Add(list.Name[..^ListSuffix.Length], ListedPaths(Encoding.Latin1.GetString(bytes)).Select(Settle));
            }
        }

        return restored;
    }

    private void JudgePackage(InstalledPackage own, InstalledPackage? before, InstalledPackage? after, List<string> info, HashSet<TreePath> configuration)
    {
        var sums = Sums(PrivateText(InfoOf(own, SumsSuffix)));
        var (taken, hiding) = (new List<TreePath>(), new List<TreePath>());
        foreach (var path in PathsOf(own, before, after).Where(path => !_judged.Contains(path) && !WholeState.Contains(path) && !DerivedCache.Is(path)))
        {
            var place = PlaceOf(path);
            if (place.TryStatus() is not { } status || status.Kind == FileKind.Directory)
            {
                continue;
            }

            if (PrivateArea.IsWhiteout(status) ? next.Find(path) is null : IsUnchanged(place, Find(next, path)) || IsUnchanged(place, Find(old, path)))
            {
                taken.Add(path);
            }
            else if (!configuration.Contains(path) && IsUnpackedOtherwise(place, Find(old, path), Find(next, path), sums.GetValueOrDefault(path)))
            {
                hiding.Add(path);
            }
        }

        if (hiding.Count == 0)
        {
            Take(own, [.. taken, .. info.Where(name => IsInfo(name, own, before, after)).Select(name => InstalledPackage.Info.Append(name))], after);
        }
        else if (before?.Version != after?.Version)
        {
            Refuse(InstalledPackage.Status, [new MergeConflict(
                $"package {own}: `{hiding[0]}`{(hiding.Count > 1 ? $" and {hiding.Count - 1} more" : "")}, which dpkg unpacked in the environment, would hide {(after is null ? "what the new version has there" : after)}",
                $"apt-get install --reinstall {own.Name}={own.Version}")]);
        }
    }

    private void Take(InstalledPackage own, List<TreePath> paths, InstalledPackage? after)
    {
        foreach (var path in paths.Where(_judged.Add))
        {
            Do(path, AreaStepKind.Drop, null);
        }

        _paths.Add(new RemapPath(
            InfoOf(own, ListSuffix), RemapAction.Take, $"package {own}: {paths.Count} private paths make way for {(after is null ? "a version without it" : "the version's")}"));
    }

    /// <summary>Neither version's, and no one's edit: it has the sum that dpkg noted when it unpacked it.</summary>
    private static bool IsUnpackedOtherwise(AreaPlace place, ManifestEntry? before, ManifestEntry? after, string? sum) =>
        sum is not null && after is { Type: EntryType.File } && place.TryRead(AreaPlace.MostBytes) is { } bytes
        && Sha256Digest.Of(bytes) is var digest && digest != before?.Content && digest != after.Content && Md5Of(bytes) == sum;

    /// <summary>What the package has, or had, in any of the three.</summary>
    private IEnumerable<TreePath> PathsOf(InstalledPackage own, InstalledPackage? before, InstalledPackage? after)
    {
        var lists = PrivateText(InfoOf(own, ListSuffix))
            + (before is null ? "" : TextAt(old, InfoOf(before, ListSuffix)))
            + (after is null ? "" : TextAt(next, InfoOf(after, ListSuffix)));
        return ListedPaths(lists).Select(Settle).Distinct().Order();
    }

    private static IEnumerable<TreePath> ListedPaths(string list)
    {
        foreach (var line in list.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (TreePath.TryParse(line, out var path) && !path.IsRoot)
            {
                yield return path;
            }
        }
    }

    /// <summary>By path; md5sums(5) of dpkg: the sum, two blanks, the path without its first slash.</summary>
    private Dictionary<TreePath, string> Sums(string text)
    {
        var sums = new Dictionary<TreePath, string>();
        foreach (var line in text.Split('\n'))
        {
            if (line.Split("  ", 2) is [var sum, var name] && TreePath.TryParse("/" + name, out var path) && !path.IsRoot)
            {
                sums[Settle(path)] = sum;
            }
        }

        return sums;
    }

    /// <summary>Names in the private folder, those of removed files among them.</summary>
    private List<string> PrivateInfo()
    {
        using var folder = PrivateArea.TryOpenFolder(area, InstalledPackage.Info);
        return folder is null ? [] : [.. Libc.ReadFolder(folder).Where(member => !member.IsFolder).Select(member => member.Name).Order(StringComparer.Ordinal)];
    }

    /// <summary>A package's name may have dots, what follows it has none.</summary>
    private static bool IsInfo(string name, params ReadOnlySpan<InstalledPackage?> packages)
    {
        var dot = name.LastIndexOf('.');
        foreach (var package in packages)
        {
            if (package is not null && dot >= 0 && name.AsSpan(0, dot).SequenceEqual(package.InfoName))
            {
                return true;
            }
        }

        return false;
    }

    private static Dictionary<(string Name, string Architecture), InstalledPackage> ByKey(string status) =>
        InstalledPackage.ReadAll(status).DistinctBy(package => package.Key).ToDictionary(package => package.Key);

    private static TreePath InfoOf(InstalledPackage package, string suffix) => InstalledPackage.Info.Append(package.InfoName + suffix);

    private string PrivateText(TreePath path) => PlaceOf(path).TryRead() is { } bytes ? Encoding.Latin1.GetString(bytes) : "";

    private string TextAt(Manifest manifest, TreePath path) => Find(manifest, path) is { Type: EntryType.File } entry ? TextOf(entry) : "";

    [SuppressMessage("Security", "CA5351", Justification = "dpkg's database has MD5; nothing is trusted for it")]
    private static string Md5Of(byte[] bytes) => Convert.ToHexStringLower(MD5.HashData(bytes));
}
