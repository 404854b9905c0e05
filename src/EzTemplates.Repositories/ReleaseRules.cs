using EzTemplates.Domain;

namespace EzTemplates.Repositories;

/// <summary>What a signed Release must be besides signed: the suite asked for, and of an age that is believable. <see cref="AcceptedPast"/> has the rules that look back.</summary>
internal static class ReleaseRules
{
    /// <summary>Clocks differ; a Date a little ahead of ours is no sign of anything.</summary>
    private static readonly TimeSpan ClockSlack = TimeSpan.FromMinutes(10);

    /// <exception cref="EzException">It breaks a rule.</exception>
    public static void Check(ReleaseInfo release, string suite, string subject, MirrorChoice choice, DateTimeOffset now)
    {
        CheckName(release, suite, subject);
        if (release.Date is not { } date)
        {
            throw new EzException(FailureKind.Untrusted, $"`{subject}` has no Date", "tell the repository's maintainers: a Release file needs one");
        }

        if (!choice.IgnoreDate)
        {
            RequirePast(date, subject, now);
        }

        if (!choice.IgnoreDate && !choice.IgnoreValidUntil && release.ValidUntil is { } end && end < now)
        {
            throw new OutdatedMirror(
                $"`{subject}` expired at {Show(end)}: the mirror does not follow its archive any more, or hides newer packages",
                "try another mirror, `--mirror ID=URL`; for an archive that is frozen, set `Check-Valid-Until: no` in its APT source");
        }
    }

    /// <exception cref="EzException">The date is in the future.</exception>
    public static void RequirePast(DateTimeOffset date, string subject, DateTimeOffset now)
    {
        if (date > now + ClockSlack)
        {
            throw new EzException(
                FailureKind.Untrusted,
                $"`{subject}` is of {Show(date)}, which is in the future: this machine's clock says {Show(now)}",
                "set the clock: `timedatectl`");
        }
    }

    private static void CheckName(ReleaseInfo release, string suite, string subject)
    {
        // Before 2021 Debian's security suites were `buster/updates` and said `Codename: buster`.
        var name = suite.EndsWith("/updates", StringComparison.Ordinal) ? suite[..^"/updates".Length] : suite;
        if (release.Suite != suite && release.Codename != suite && release.Suite != name && release.Codename != name)
        {
            throw new EzException(
                FailureKind.Untrusted,
                $"`{subject}` is of suite `{release.Suite}` (codename `{release.Codename}`), not of `{suite}`",
                $"write the suite as its Release file does, or name a mirror that has `{suite}`");
        }
    }

    internal static string Show(DateTimeOffset time) => time.ToUniversalTime().ToString("yyyy-MM-dd HH:mm 'UTC'", System.Globalization.CultureInfo.InvariantCulture);
}
