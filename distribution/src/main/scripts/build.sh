# Building and testing. Sourced by ./muster.

build_dir=$home/build

# Has a file that goes into the product changed since the last build? Directories count too: they change when a file goes.
stale() {
    [ -e "$build_dir/.built" ] || return 0
    [ -n "$(find "$home"/*/src/main "$home"/*/pom.xml "$home/pom.xml" "$home"/*/commands "$home/etc/demo" \
        -newer "$build_dir/.built" -print -quit 2>/dev/null)" ]
}

build_if_stale() {
    use_jdk
    if stale; then build; fi
}

maven() {
    local mvn
    mvn=$(find_maven) || { echo "muster: no mvn found: apt-get install maven" >&2; exit 1; }
    # Maven 3.8's own libraries use what JDK 25 warns about.
    export MAVEN_OPTS="${MAVEN_OPTS--Xmx1g} --sun-misc-unsafe-memory-access=allow --enable-native-access=ALL-UNNAMED"
    (cd "$home" && "$mvn" -B -ntp -Dstyle.color=never "$@")
}

# The formatter breaks a comment line of more than 120 columns at its last blank: named here, before it can.
comments_fit() {
    find "$home"/*/src -name '*.java' -exec awk -v home="$home/" '
        length($0) > 120 && /^ *\/\// {
            print "muster: " substr(FILENAME, length(home) + 1) ":" FNR ": a comment line of " length($0) " columns; at most 120, better 104"
            bad = 1
        }
        END { exit bad }' {} + >&2
}

# Compiles and lays out build/lib and build/bin. What is said goes to stderr: the command that follows owns stdout.
build() {
    use_jdk
    need_packages build
    mkdir -p "$build_dir"
    exec 9>"$build_dir/.lock"
    flock 9
    local started log=$build_dir/build.log
    started=$(date +%s)
    # The stamp is taken before the compiler reads, so that a file saved meanwhile counts as changed.
    : >"$build_dir/.building"
    comments_fit || exit 1
    echo "muster: building on $JAVA_HOME (log: build/build.log)" >&2
    if ! maven -T1C package -Dmaven.test.skip=true ${MUSTER_MAVEN_ARGS-} "$@" >"$log" 2>&1; then
        grep -E '^\[(ERROR|WARNING)\]' "$log" | head -40 >&2
        echo "muster: the build failed; all of it is in build/build.log" >&2
        exit 1
    fi
    lay_out
    mv "$build_dir/.building" "$build_dir/.built"
    flock -u 9
    echo "muster: built in $(($(date +%s) - started)) s" >&2
}

# build/lib holds the jars, build/bin a launcher per command, build/share what agents need, build/cache the AOT caches. That
# is the product; build/bed has the jar of the test bed, which is none, and share/demo, share/lab and sbin what it needs.
lay_out() {
    local changed=0 jar name list
    mkdir -p "$build_dir"/{lib,bin,cache}
    for jar in "$home"/distribution/target/lib/*.jar; do
        name=$(basename "$jar")
        # An unchanged jar keeps its time stamp: the AOT caches are tied to it.
        cmp -s "$jar" "$build_dir/lib/$name" || { cp -p "$jar" "$build_dir/lib/$name"; changed=1; }
    done
    for jar in "$build_dir"/lib/*.jar; do
        [ -e "$home/distribution/target/lib/$(basename "$jar")" ] || { rm -f "$jar"; changed=1; }
    done
    source "$scripts/launchers.sh"
    lay_out_share "$build_dir"
    lay_out_bed
    rm -f "$build_dir"/bin/*
    for list in "$home/distribution/commands" "$home/system-tests/commands"; do
        each_command "$list" write_launcher "$build_dir/bin" .. "$build_dir" "$JAVA_HOME/bin/java"
    done
    if [ $changed = 1 ] || [ ! -e "$build_dir/cache/tools.aot" ]; then train_caches "$build_dir" "$JAVA_HOME/bin/java"; fi
}

lay_out_bed() {
    local jar
    rm -rf "$build_dir/bed"
    mkdir -p "$build_dir"/bed "$build_dir"/share/{demo,lab}
    for jar in "$home"/system-tests/target/system-tests-*.jar; do
        case $jar in *-tests.jar | *-sources.jar) ;; *) cp -p "$jar" "$build_dir/bed/" ;; esac
    done
    cp -rp "$home/etc/demo/." "$build_dir/share/demo/"
    cp -rp "$home/system-tests/src/main/lab/." "$scripts/machine.sh" "$build_dir/share/lab/"
    cp -rp "$home/system-tests/src/main/agents/." "$build_dir/sbin/"
}

# Everything: the product laid out first, because the tests of real daemons start it as an operator would.
# --lab says which kernel the lab's tests run on; what they need is installed and downloaded here, off their time.
run_tests() {
    local status=0 limit=2700 lab=${MUSTER_LAB:-uml} all=
    while [ $# -gt 0 ]; do
        case $1 in
            --lab) lab=${2-}; shift; [ $# -eq 0 ] || shift ;;
            --lab=*) lab=${1#--lab=}; shift ;;
            --all) all=1; shift ;;
            -h | --help) test_usage; return ;;
            *) break ;;
        esac
    done
    case $lab in
        uml | none) ;;
        tcg) limit=4500 ;;
        *) echo "muster: test: unknown lab \"$lab\"" >&2; test_usage >&2; exit 2 ;;
    esac
    build_if_stale
    need_packages test
    # Whose tests say what is missing, and are skipped.
    (need_packages machine) || echo "muster: without that no machine has systemd as its first process" >&2
    "$home/system-tests/src/main/lab/lab.sh" --roots || echo "muster: without these roots there are no foreign servers" >&2
    lab=$(usable_lab "$lab")
    export MUSTER_LAB=$lab MUSTER_TEST=1
    rm -rf "$home"/*/target/{surefire,failsafe}-reports
    # Two modules at a time; the tests of real daemons are in the last module but one and have the machine to themselves.
    : >"$build_dir/test.log"
    verify "$limit" -T2 verify "$@" || status=$?
    report_skips || [ $status -ne 0 ] || status=1
    [ -z "$all" ] || [ $status -ne 0 ] || run_longer_tests "$@" || status=$?
    [ "$status" -eq 0 ] || echo "muster: tests failed (status $status); all of it is in build/test.log" >&2
    exit "$status"
}

# The engine, or "none" where no guest can be had; what it takes is fetched.
usable_lab() { # engine
    if [ "$1" != none ] && ! (need_packages test-lab && exec "$home/system-tests/src/main/lab/lab.sh" -e "$1" --check) >&2; then
        echo "muster: without that there is no lab: its tests are skipped" >&2
        echo none
    else
        echo "$1"
    fi
}

# Bounded, so that a hang is a failure with a name and not a lost afternoon. No test may end the machine it runs on.
verify() { # limit in seconds, Maven's words
    local status harmless=() limit=$1
    shift
    [ "$(id -u)" -ne 0 ] || harmless=(setpriv --bounding-set=-sys_boot)
    # The pipe's own failure must not end the shell before its first part's status has been looked at.
    set +e
    timeout --kill-after=30 "$limit" "${harmless[@]}" bash -c 'source "$0"; source "$1"; home=$2; maven "${@:3}"' \
        "$scripts/machine.sh" "$scripts/build.sh" "$home" ${MUSTER_MAVEN_ARGS-} "$@" 2>&1 | tee -a "$build_dir/test.log" |
        grep -a -E --line-buffered 'Tests run:|Running io\.|^\[(ERROR|WARNING)\]|BUILD|SUCCESS|FAILURE|Total time'
    status=${PIPESTATUS[0]}
    set -e
    return "$status"
}

# Bugs are planted into copies of the sources: each must be found. What comes of it is in build/planted.txt.
plant_bugs() { # parts of names, with commas between; all when empty
    local status=0
    verify 9000 verify -pl system-tests -am -Dtest=none -Dit.test=PlantedBugs -Dsurefire.failIfNoSpecifiedTests=false \
        -Dfailsafe.failIfNoSpecifiedTests=false "-Dmuster.planted=$1" || status=$?
    [ ! -e "$build_dir/planted.txt" ] || cat "$build_dir/planted.txt"
    return "$status"
}

run_planted() {
    case ${1-} in
        -*)
            echo "Usage: ./muster planted [PART OF A NAME]...   (the tables: system-tests/src/test/resources/io/muster/planted)"
            [ "$1" = -h ] || [ "$1" = --help ] || exit 2
            return
            ;;
    esac
    build_if_stale
    need_packages test
    : >"$build_dir/test.log"
    local IFS=,
    plant_bugs "$*"
}

# What is longer than a build's slice: planted bugs, new seeds of whole clusters, and the lab's tests on the stock kernel.
run_longer_tests() {
    local minutes=${MUSTER_CAMPAIGN_MINUTES:-10}
    echo "muster: new seeds for $minutes minutes" >&2
    "$build_dir/bin/simulate" --campaign "$minutes" || return
    echo "muster: planted bugs" >&2
    plant_bugs "" || return
    echo "muster: real daemons under random faults for $minutes minutes" >&2
    verify $((minutes * 60 + 1200)) verify -pl system-tests -am -Dtest=none -Dit.test=RandomFaultsIT "-Dmuster.minutes=$minutes" \
        -Dsurefire.failIfNoSpecifiedTests=false -Dfailsafe.failIfNoSpecifiedTests=false || return
    [ "$MUSTER_LAB" = uml ] || return 0
    MUSTER_LAB=$(usable_lab tcg)
    [ "$MUSTER_LAB" != none ] || return 0
    echo "muster: the lab's tests once more, on the stock kernel" >&2
    verify 4500 verify -pl system-tests -am -Dtest=none -Dit.test='io.muster.bed.guest.*IT' -Dsurefire.failIfNoSpecifiedTests=false \
        -Dfailsafe.failIfNoSpecifiedTests=false "$@"
}

# On a machine of the kind that everything is made for, a test that doesn't run is a hole: it fails unless its reason is on
# the list. Elsewhere it is only said.
report_skips() {
    local strict=
    if [ "$(id -u)" -eq 0 ] && grep -qs '^VERSION_ID="12"' /etc/os-release && grep -qsx 'ID=debian' /etc/os-release; then strict=strict; fi
    perl "$scripts/skips.pl" "$home/system-tests/skips" "$strict" "$home"/*/target/{surefire,failsafe}-reports/TEST-*.xml >&2
}

test_usage() {
    cat <<'TEXT'
Usage: ./muster test [--lab uml|tcg|none] [--all] [MAVEN OPTIONS]

  --lab uml     tests of the kernel's side run on user-mode Linux (the default)
  --lab tcg     the same on Debian's stock kernel, emulated by QEMU: slower by a multiple
  --lab none    they are skipped
  --all         then what takes longer: ten minutes of new seeds for whole clusters ($MUSTER_CAMPAIGN_MINUTES says
                otherwise), bugs planted into copies of the sources, each of which must be found, real daemons under
                random faults for as long as the seeds, and the lab's tests once more with tcg
TEXT
}
