using System.Globalization;
using EzTemplates.Store;

namespace EzTemplates.Operations;

/// <summary>Ids for the files of ordinary users' stores: subuid(5), subgid(5). Only root can give any.</summary>
internal static class IdChecks
{
    private const string Check = "ids";
    private const string Users = "/etc/subuid";
    private const string Groups = "/etc/subgid";
    private const long LowestGiven = 100_000;
    private const long Given = 65_536;

    public static DoctorFinding Run(Examination at) => ExamineHost.Guarded(Check, () =>
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return OfThisUser(at.Layout);
        }

        // Who became root by sudo is the ordinary user that root can do something for.
        return Environment.GetEnvironmentVariable("SUDO_USER") is { Length: > 0 } user && user != "root"
            ? OfUser(user, at.Request.Fix)
            : DoctorFinding.Ok(Check, "root has all");
    });

    private static DoctorFinding OfThisUser(StoreLayout layout)
    {
        var grant = $"as root: usermod --add-subuids FIRST-LAST --add-subgids FIRST-LAST {Environment.UserName}, or sudo ez doctor --fix; then a new store";
        return (File.Exists(layout.Format) ? StoreIds.Read(layout) : StoreIds.OfThisUser()) switch
        {
            StoreIds.Granted granted when SubordinateIds.Includes(Users, granted.Users) && SubordinateIds.Includes(Groups, granted.Groups) =>
                DoctorFinding.Ok(Check, string.Create(CultureInfo.InvariantCulture, $"{granted.Users.Count} of {Users} and {granted.Groups.Count} of {Groups}, from {granted.Users.First} and {granted.Groups.First} on")),
            StoreIds.Granted granted => DoctorFinding.Problem(
                Check,
                string.Create(CultureInfo.InvariantCulture, $"the store was made with {granted.Users.Count} ids from {granted.Users.First} on, and {Users} and {Groups} no longer give them to this user"),
                string.Create(CultureInfo.InvariantCulture, $"as root: usermod --add-subuids {Span(granted.Users)} --add-subgids {Span(granted.Groups)} {Environment.UserName}")),
            StoreIds.One when File.Exists(layout.Format) && StoreIds.OfThisUser() is StoreIds.Granted =>
                DoctorFinding.Warning(Check, "the store was made with one id, and keeps it; this user has more now", "choose a new store with --store DIR"),
            StoreIds.One => DoctorFinding.Warning(Check, $"one: all files inside are this user's own, since {Users} and {Groups} give him no {Given} ids, or newuidmap is not there", grant),
            _ => DoctorFinding.Problem(Check, $"the store `{layout.Root}` was made by root", "choose a store of your own with --store DIR"),
        };
    }

    private static DoctorFinding OfUser(string user, bool fix)
    {
        if (Has(Users, user) && Has(Groups, user))
        {
            return DoctorFinding.Ok(Check, $"`{user}` has a range in {Users} and {Groups}");
        }

        var first = Math.Max(FirstFree(Users), FirstFree(Groups));
        var span = string.Create(CultureInfo.InvariantCulture, $"{first}-{first + Given - 1}");
        string[] grant = ["usermod", .. Has(Users, user) ? [] : (string[])["--add-subuids", span], .. Has(Groups, user) ? [] : (string[])["--add-subgids", span], user];
        if (!fix)
        {
            return DoctorFinding.Warning(Check, $"`{user}` has no range of {Given} ids in {Users} and {Groups}", "ez doctor --fix, or: " + string.Join(' ', grant));
        }

        return HostCommand.Failure("/", grant) is { } failure
            ? DoctorFinding.Problem(Check, $"`{user}` cannot be given ids: {failure}", string.Join(' ', grant))
            : DoctorFinding.MendedNow(Check, $"`{user}` has {span} of {Users} and {Groups} now");
    }

    private static bool Has(string file, string user) => Rows(file).Any(row => (row.User == user || row.User == UidOf(user)) && row.Count >= Given - 1);

    /// <summary>Rows may name a user by his number.</summary>
    private static string? UidOf(string user) => File.ReadLines("/etc/passwd").Select(line => line.Split(':')).FirstOrDefault(words => words.Length > 2 && words[0] == user)?[2];

    private static long FirstFree(string file) => Rows(file).Select(row => row.First + row.Count).Append(LowestGiven).Max();

    private static IEnumerable<(string User, long First, long Count)> Rows(string file)
    {
        foreach (var words in (File.Exists(file) ? File.ReadAllLines(file) : []).Select(line => line.Split(':')))
        {
            if (words.Length == 3 && long.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out var first)
                && long.TryParse(words[2], NumberStyles.None, CultureInfo.InvariantCulture, out var count))
            {
                yield return (words[0], first, count);
            }
        }
    }

    private static string Span(IdRange range) => string.Create(CultureInfo.InvariantCulture, $"{range.First}-{(long)range.First + range.Count - 1}");
}
