using EzTemplates.Domain;

namespace EzTemplates.Repositories;

/// <summary>What a signed Release must be besides signed: the suite asked for, of an age that is believable, and not older than one accepted before.</summary>
internal static class ReleaseRules
{
    /// <summary>Clocks differ; a Date a little ahead of ours is no sign of anything.</summary>
    private static readonly TimeSpan ClockSlack = TimeSpan.FromMinutes(10);

    /// <param name="lastAccepted">The Date of the newest Release accepted from there before, if any.</param>
    /// <exception cref="EzException">It breaks a rule.</exception>
    public static void Check(ReleaseInfo release, string suite, string subject, MirrorChoice choice, DateTimeOffset now, DateTimeOffset? lastAccepted)
    {
        CheckName(release, suite, subject);
        if (release.Date is not { } date)
        {
            throw new EzException(FailureKind.Untrusted, $"`{subject}` has no Date", "tell the repository's maintainers: a Release file needs one");
        }

        if (!choice.IgnoreDate && date > now + ClockSlack)
        {
            throw new EzException(
                FailureKind.Untrusted,
                $"`{subject}` is of {Show(date)}, which is in the future: this machine's clock says {Show(now)}",
                "set the clock: `timedatectl`");
        }

        if (!choice.IgnoreDate && !choice.IgnoreValidUntil && release.ValidUntil is { } end && end < now)
        {
            throw new EzException(
                FailureKind.Untrusted,
                $"`{subject}` expired at {Show(end)}: the mirror does not follow its archive any more, or hides newer packages",
                "try another mirror, `--mirror ID=URL`; for an archive that is frozen, set `Check-Valid-Until: no` in its APT source");
        }

        if (lastAccepted is { } before && date < before)
        {
            throw new EzException(
                FailureKind.Untrusted,
                $"`{subject}` is of {Show(date)}, older than the one of {Show(before)} that was accepted before: the mirror went back, or hides newer packages",
                "wait until the mirror is up to date, or try another: `--mirror ID=URL`");
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

    private static string Show(DateTimeOffset time) => time.ToUniversalTime().ToString("yyyy-MM-dd HH:mm 'UTC'", System.Globalization.CultureInfo.InvariantCulture);
}
