using EzTemplates.Testing;
using Xunit;

namespace EzTemplates.Solver.Tests;

/// <summary>What people are told of requests that CentOS Stream 9 cannot meet, word for word, and judged by what it states.</summary>
public sealed class RpmRealConflictTests(RpmConformanceData data) : IClassFixture<RpmConformanceData>
{
    public static TheoryData<string, string> Cases() => new()
    {
        {
            "install gcc", """
            `gcc` is asked for
            gcc 11.5.0-2.el9, 11.4.1-3.el9, 11.4.1-2.3.el9 and 2 more versions need libgcc >= its own version, but there is only libgcc 11.2.1-9.1.el9, libgcc.i686 11.2.1-9.1.el9
            hint: leave out `gcc`
            """
        },
        {
            "install libreoffice-core, bash, httpd", """
            `libreoffice-core` is asked for
            libreoffice-core 1:7.1.8.1-14.el9, 1:7.1.8.1-13.el9, 1:7.1.8.1-12.el9 and 2 more versions need libldap.so.2()(64bit), which no repository has
            hint: leave out `libreoffice-core`, or add a repository that has `libldap.so.2()(64bit)`
            """
        },
        {
            "install firefox ; hold nss, 3.90*, the card reader needs it", """
            `firefox` is asked for
            firefox 128.6.0-1.el9, 128.5.1-1.el9, 128.4.0-1.el9 and 2 more versions need libnss3.so(NSS_3.101)(64bit); the recipe holds `nss` at `3.90*` (the card reader needs it), which rules out nss 3.101.0-10.el9, 3.101.0-7.el9, 3.101.0-6.el9
            hint: lift the hold on `nss`
            """
        },
        {
            "install java-17-openjdk-headless >= 1:17.0.13 ; fixed tzdata-java 2023d-1.el9", """
            `java-17-openjdk-headless >= 1:17.0.13` is asked for
            java-17-openjdk-headless 1:17.0.13.0.11-4.el9 needs tzdata-java >= 2024a (there is tzdata-java 2024b-3.el9, 2024b-2.el9, 2024a-2.el9, 2024a-1.el9)
            centos-9@1.0.3 has tzdata-java 2023d-1.el9, and a package of the base cannot change
            hint: `ez update centos-9` would allow it
            """
        },
        {
            "install mariadb-server, mysql-server", """
            `mariadb-server` is asked for
            `mysql-server` is asked for
            mariadb-server 3:10.11.10-1.module_el9+1141+de86b509, 3:10.11.6-1.module_el9+853+7b957b9b, 3:10.5.27-1.el9 and 4 more versions conflict with mysql-server
            hint: leave out `mysql-server`
            """
        },
        {
            "install pipewire-pulseaudio, pulseaudio", """
            `pipewire-pulseaudio` is asked for
            `pulseaudio` is asked for
            pipewire-pulseaudio 1.0.1-1.el9, 1.0.0-2.el9, 0.3.67-2.el9, 0.3.67-1.el9 conflict with pulseaudio-daemon, which pipewire-pulseaudio 0.3.47-2.el9, pulseaudio 15.0-3.el9, 15.0-2.el9 provide
            pipewire-pulseaudio 0.3.47-2.el9 conflicts with pulseaudio
            hint: leave out `pipewire-pulseaudio` or `pulseaudio`
            """
        },
        {
            "install gvisor-tap-vsock, podman-gvproxy = 2:4.6.1-5.el9", """
            `gvisor-tap-vsock` is asked for
            `podman-gvproxy = 2:4.6.1-5.el9` is asked for
            gvisor-tap-vsock 6:0.8.1-1.el9, 6:0.8.0-1.el9, 6:0.7.5-1.el9 and 2 more versions obsolete podman-gvproxy < 5:4.7.0-1
            hint: leave out `gvisor-tap-vsock` or `podman-gvproxy = 2:4.6.1-5.el9`
            """
        },
        {
            "install boom-boot, boom-boot-grub2 = 1.3-3.el9", """
            `boom-boot` is asked for
            `boom-boot-grub2 = 1.3-3.el9` is asked for
            boom-boot 1.6.5-1.el9, 1.6.1-2.el9, 1.6.0-2.el9 need systemd >= 252-18, but there is only systemd 249-9.el9, systemd.i686 249-9.el9
            boom-boot 1.6.0-1.el9, 1.5.1-1.el9 obsolete boom-boot-grub2 <= 1.3
            hint: leave out `boom-boot` or `boom-boot-grub2 = 1.3-3.el9`
            """
        },
        {
            "install httpd ; exclude httpd-filesystem", """
            `httpd` is asked for
            httpd 2.4.62-1.el9, 2.4.57-8.el9, 2.4.57-6.el9 and 2 more versions need httpd-core = its own version (there is httpd-core 2.4.62-1.el9, 2.4.57-8.el9, 2.4.57-6.el9, 2.4.57-5.el9 and 1 more)
            httpd-core 2.4.62-1.el9, 2.4.57-8.el9, 2.4.57-6.el9 and 2 more versions need httpd-filesystem; the recipe excludes httpd-filesystem 2.4.62-1.el9, 2.4.57-8.el9, 2.4.57-6.el9, 2.4.57-5.el9 and 1 more
            hint: remove `httpd-filesystem` from `exclude`
            """
        },
        {
            "install ruby-doc ; no-hotfixes", """
            `ruby-doc` is asked for, but ruby-doc 3.3.5-3.module_el9+1112+c9edd103, 3.3.1-2.module_el9+1063+32abbc07, 3.3.0-1.module_el9+862+220991ec, 3.1.5-144.module_el9+1038+5fd22adb and 2 more are of module streams that are not enabled
            hint: enable `ruby:3.1` under `modules`; or enable `ruby:3.3` under `modules`
            """
        },
        {
            "install nodejs >= 1:20 ; no-hotfixes ; modules nodejs:18", """
            `nodejs >= 1:20` is asked for, but nodejs 1:22.4.1-4.module_el9+1103+f54cc21b, 1:20.18.1-1.module_el9+1145+0c321386, 1:20.9.0-1.module_el9+743+ad38546c are of module streams that are not enabled
            hint: put `nodejs:20` in the place of `nodejs:18` under `modules`; or put `nodejs:22` in the place of `nodejs:18` under `modules`
            """
        },
        {
            "install podman, selinux-policy ; exclude container-selinux", """
            `podman` is asked for
            `selinux-policy` is asked for
            podman 5:5.3.1-1.el9, 4:5.2.3-6.el9, 2:5.2.2-1.el9 and 2 more versions need (container-selinux if selinux-policy) (there is selinux-policy 34.1.23-1.el9); the recipe excludes container-selinux 3:2.234.2-1.el9, 3:2.233.0-1.el9, 3:2.232.1-1.el9, 3:2.231.0-1.el9 and 1 more
            hint: leave out `podman` or `selinux-policy`
            """
        },
        {
            "install rdma-core-devel:i686", """
            `rdma-core-devel:i686` is asked for
            rdma-core-devel.i686 54.0-1.el9, 51.0-1.el9 need libhns.so.1, which no repository has
            rdma-core-devel.i686 48.0-1.el9, 46.0-1.el9, 44.0-2.el9 need libibumad(x86-32) = its own version, but there is only libibumad.i686 37.2-1.el9
            hint: leave out `rdma-core-devel:i686`, or add a repository that has `libhns.so.1`
            """
        },
        {
            "install @core", """
            `@core` is asked for, and `python3-libselinux` is one of its members
            python3-libselinux 3.6-2.el9, 3.6-1.el9, 3.6-0.rc1.1.el9 and 2 more versions need libselinux(x86-64) = its own version, but there is only libselinux 3.3-2.el9
            hint: leave out `@core`
            """
        },
        {
            "install apcu-panel = 5.1.23-1.module_el9+1148+4d3da9e4", """
            `apcu-panel = 5.1.23-1.module_el9+1148+4d3da9e4` is asked for
            apcu-panel 5.1.23-1.module_el9+1148+4d3da9e4 needs php(httpd) (there is php-fpm 8.3.15-1.module_el9+1148+4d3da9e4, 8.2.13-1.module_el9+766+427f1f3d, 8.1.27-1.module_el9+790+4812d76d, 8.0.30-1.el9 and 2 more)
            apcu-panel 5.1.23-1.module_el9+1148+4d3da9e4 needs php-pecl-apcu = 5.1.23-1.module_el9+1148+4d3da9e4 (there is php-pecl-apcu 5.1.23-1.module_el9+1148+4d3da9e4)
            php-fpm 8.3.15-1.module_el9+1148+4d3da9e4 needs libcrypto.so.3(OPENSSL_3.2.0)(64bit), which no repository has
            php-fpm 8.2.13-1.module_el9+766+427f1f3d, 8.1.27-1.module_el9+790+4812d76d, 8.0.30-1.el9, 8.0.27-1.el9, 8.0.20-3.el9 need php-common(x86-64) = its own version (there is php-common 8.2.13-1.module_el9+766+427f1f3d, 8.1.27-1.module_el9+790+4812d76d, 8.0.30-1.el9, 8.0.27-1.el9 and 1 more)
            php-pecl-apcu 5.1.23-1.module_el9+1148+4d3da9e4 needs php(api) = 20230831-64 (there is php-common 8.3.15-1.module_el9+1148+4d3da9e4)
            only one version of php-common can be installed
            hint: leave out `apcu-panel = 5.1.23-1.module_el9+1148+4d3da9e4`, or add a repository that has `libcrypto.so.3(OPENSSL_3.2.0)(64bit)`
            """
        },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void People_are_told_what_stands_in_the_way(string text, string expected)
    {
        var request = RpmRequestText.Read(text, data.Universe, data.Rows[0].On(data.Universe));
        var conflict = Assert.IsType<SolveResult.Unsolvable>(RpmSolver.Solve(data.Universe, request, TestContext.Current.CancellationToken)).Conflict;
        Assert.Equal(expected.Trim(), $"{conflict}\nhint: {conflict.Hint}");
        Assert.True(RpmHintedRequests.Help(data.Universe, request, conflict.Hint!, TestContext.Current.CancellationToken));
        if (!request.Install[0].Name.StartsWith('@'))
        {
            Assert.Empty(new RpmExplanationChecker(data.Metadata, Asked(request)).Check(conflict.Lines));
        }
    }

    private RpmAsked Asked(RpmRequest request) => data.Rows[0].Asked with
    {
        Install = [.. request.Install.Select(r => r.ToString())],
        Streams = request.Sources[0].ModuleHotfixes ? null : request.Modules,
        Exclude = request.Exclude,
        Holds = [.. request.Holds.Select(h => (h.Package, h.VersionPattern))],
        Base = [.. request.Fixed.Select(p => data.Metadata.Named(data.Universe.Text(data.Universe.Names[p.Value]))
            .Single(s => s.Version == data.Universe.Text(data.Universe.Versions[p.Value])))],
    };
}
