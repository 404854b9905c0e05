using Xunit;

namespace EzTemplates.Solver.Tests;

/// <summary>What people are told of requests that Debian 12 cannot meet, word for word.</summary>
public sealed class RealConflictTests(ConformanceData data) : IClassFixture<ConformanceData>
{
    public static TheoryData<string, string> Cases() => new()
    {
        {
            "console-setup-freebsd", """
            `console-setup-freebsd` is asked for
            console-setup-freebsd 1.221 needs vidcontrol, which no repository has
            hint: leave out `console-setup-freebsd`, or add a repository that has `vidcontrol`
            """
        },
        {
            "design-desktop-web", """
            `design-desktop-web` is asked for
            design-desktop-web 3.0.27 needs design-desktop
            design-desktop 3.0.27 needs thunderbird
            design-desktop 3.0.27 needs webext-dav4tbsync
            thunderbird 1:140.12.0esr-1~deb12u1 breaks webext-dav4tbsync (<= 4.8-2~)
            hint: leave out `design-desktop-web`
            """
        },
        {
            "webext-mailmindr", """
            `webext-mailmindr` is asked for
            webext-mailmindr 1.7.1-1~deb12u1 needs thunderbird (<= 1:129.x), but there is only thunderbird 1:140.12.0esr-1~deb12u1
            hint: leave out `webext-mailmindr`, or add a repository that has `thunderbird (<= 1:129.x)`
            """
        },
        {
            "webext-dav4tbsync", """
            `webext-dav4tbsync` is asked for
            webext-dav4tbsync 4.7-1~deb12u1 needs thunderbird (>= 1:115.3) (there is thunderbird 1:140.12.0esr-1~deb12u1)
            thunderbird 1:140.12.0esr-1~deb12u1 breaks webext-dav4tbsync (<= 4.8-2~)
            hint: leave out `webext-dav4tbsync`
            """
        },
        {
            "nginx opendnssec-enforcer-mysql opendnssec-enforcer-sqlite3", """
            `opendnssec-enforcer-mysql` is asked for
            `opendnssec-enforcer-sqlite3` is asked for
            opendnssec-enforcer-mysql 1:2.1.12-2 conflicts with opendnssec-enforcer-backend, which opendnssec-enforcer-sqlite3 1:2.1.12-2 provides
            hint: leave out `opendnssec-enforcer-mysql` or `opendnssec-enforcer-sqlite3`
            """
        },
        {
            "exim4-daemon-light postfix", """
            `exim4-daemon-light` is asked for
            `postfix` is asked for
            exim4-daemon-light 4.96-15+deb12u10 conflicts with mail-transport-agent, which postfix 3.7.11-0+deb12u1 provides
            hint: leave out `exim4-daemon-light` or `postfix`
            """
        },
        {
            "webext-mailmindr parl-desktop bash", """
            `webext-mailmindr` is asked for
            webext-mailmindr 1.7.1-1~deb12u1 needs thunderbird (<= 1:129.x), but there is only thunderbird 1:140.12.0esr-1~deb12u1
            hint: leave out `webext-mailmindr` and `parl-desktop`
            """
        },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void People_are_told_what_stands_in_the_way(string roots, string expected)
    {
        data.Load();
        var result = DebSolver.Solve(
            data.Universe,
            new DebRequest { Install = [.. roots.Split(' ').Select(name => new Domain.PackageRequest(name))], NativeArchitecture = "amd64" },
            TestContext.Current.CancellationToken);
        var conflict = Assert.IsType<SolveResult.Unsolvable>(result).Conflict;
        Assert.Equal(expected.Trim(), $"{conflict}\nhint: {conflict.Hint}");
    }
}
