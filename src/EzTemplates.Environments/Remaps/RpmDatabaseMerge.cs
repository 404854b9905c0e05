using System.Text;
using EzTemplates.Domain;
using EzTemplates.Domain.Merging;
using EzTemplates.Formats;
using EzTemplates.Store;
using EzTemplates.Store.Native;

namespace EzTemplates.Environments;

/// <summary>
/// rpm's database in three versions, merged by the names of packages: a side that did not change what is installed under a name leaves it to
/// the other. Its indexes are made anew from what comes out.
/// </summary>
internal static class RpmDatabaseMerge
{
    public static readonly TreePath[] Files =
        [.. ((string[])["/var/lib/rpm", "/usr/lib/sysimage/rpm"]).SelectMany(folder => (string[])[RpmDatabaseFile.Name, RpmNdbFile.Name], (folder, name) => TreePath.Parse(folder).Append(name))];

    // Of one name there are several kernels at the most.
    private const int MostVersions = 8;

    // Of changes that are to be done, or undone (sqlite.org/tempfiles.html).
    private static readonly string[] Logs = [RpmDatabaseFile.Name + "-wal", RpmDatabaseFile.Name + "-journal"];

    public static IEnumerable<TreePath> Places => Files.Select(file => file.Parent).Distinct();

    public static bool Contains(TreePath path) => Files.Contains(path);

    /// <summary>Whether an environment has one of its own.</summary>
    public static bool IsIn(string area) => Array.Exists(Files, file => new AreaPlace(area, file).TryStatus() is { Kind: FileKind.File });

    /// <summary>Why a private database cannot be read by itself: somebody was killed who was changing it.</summary>
    public static MergeConflict? Unwritten(string area, TreePath path)
    {
        var log = Contains(path) && path.Name == RpmDatabaseFile.Name ? Array.Find(Logs, log => new AreaPlace(area, path.Parent.Append(log)).TryStatus() is { Size: > 0 }) : null;
        return log is null ? null : new MergeConflict($"{log} holds changes that are not in it yet", "rpm --rebuilddb");
    }

    /// <param name="texts">Bytes as chars.</param>
    public static MergeOutcome Merge(ThreeTexts texts)
    {
        if (texts.OfOneSide is { } settled)
        {
            return MergeOutcome.Of(settled);
        }

        var conflicts = new List<MergeConflict>();
        var old = Read(texts.Old, "the old version's", conflicts);
        var own = Read(texts.Private, "the environment's", conflicts);
        var next = Read(texts.Next, "the new version's", conflicts);
        if (conflicts.Count > 0)
        {
            return MergeOutcome.Refused([.. conflicts]);
        }

        var kept = new List<InstalledRpm>();
        var (olds, owns, nexts) = (ByName(old), ByName(own), ByName(next));
        foreach (var name in old.Concat(own).Concat(next).Select(package => package.Name).Distinct().Order(StringComparer.Ordinal))
        {
            var (before, mine, theirs) = (olds[name].ToList(), owns[name].ToList(), nexts[name].ToList());
            if (Same(mine, before) || Same(mine, theirs))
            {
                kept.AddRange(theirs);
            }
            else if (Same(theirs, before))
            {
                kept.AddRange(mine);
            }
            else
            {
                conflicts.Add(new MergeConflict(
                    $"package `{ToldText.Of(name)}`: the environment has {Versions(mine)}, the new version {Versions(theirs)}",
                    mine.Count == 0 ? null : before.Count > 0 ? $"dnf downgrade {before[0].Nevra}" : $"rpm -e {name}"));
            }
        }

        return conflicts.Count > 0 ? MergeOutcome.Refused([.. conflicts]) : Written(Numbered(kept, next), IsNdb(texts));
    }

    /// <summary>A path is of one form, in each version that has it.</summary>
    private static bool IsNdb(ThreeTexts texts) => IsNdb(texts.Next) || IsNdb(texts.Private);

    private static bool IsNdb(string text) => RpmNdbFile.Is(Encoding.Latin1.GetBytes(text, 0, Math.Min(text.Length, 4)));

    private static MergeOutcome Written(List<RpmDatabaseRow> rows, bool isNdb)
    {
        try
        {
            return MergeOutcome.Of(Encoding.Latin1.GetString(isNdb ? RpmNdbFile.Write(rows) : RpmDatabaseFile.Write(rows)));
        }
        catch (Exception malformed) when (malformed is StoreException or MalformedArchiveException)
        {
            return MergeOutcome.Refused(new MergeConflict($"what comes out of it is malformed: {ToldText.OfText(malformed.Message)}"));
        }
    }

    /// <summary>The version's packages keep their numbers; the environment's own come after them.</summary>
    private static List<RpmDatabaseRow> Numbered(List<InstalledRpm> kept, List<InstalledRpm> next)
    {
        var versions = next.ToHashSet();
        var free = next.Select(package => package.Row.Number).Append(0).Max();
        return
        [
            .. kept.Where(versions.Contains).Select(package => package.Row).OrderBy(row => row.Number),
            .. kept.Where(package => !versions.Contains(package)).OrderBy(package => package.Row.Number).Select(package => package.Row with { Number = ++free }),
        ];
    }

    private static ILookup<string, InstalledRpm> ByName(List<InstalledRpm> all) => all.ToLookup(package => package.Name, StringComparer.Ordinal);

    private static bool Same(List<InstalledRpm> a, List<InstalledRpm> b) => a.Select(package => package.Nevra).ToHashSet().SetEquals(b.Select(package => package.Nevra));

    private static string Versions(List<InstalledRpm> packages) => packages.Count == 0
        ? "none"
        : string.Join(", ", packages.Take(MostVersions).Select(package => $"`{ToldText.Of(package.Nevra)}`")) + (packages.Count > MostVersions ? $" and {packages.Count - MostVersions} more" : "");

    private static List<InstalledRpm> Read(string text, string whose, List<MergeConflict> conflicts)
    {
        try
        {
            return InstalledRpm.ReadAll(text);
        }
        catch (Exception malformed) when (malformed is StoreException or MalformedArchiveException)
        {
            conflicts.Add(new MergeConflict($"{whose} is malformed: {ToldText.OfText(malformed.Message)}"));
            return [];
        }
    }
}
